/** What the servers to compare with have in common. */
import { spawn, type ChildProcess } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFixture } from '../uploadClip.ts'
import type { Target } from '../target.ts'

export type OtherServer = {
  /** With its version. */
  name: string
  target: Target
  stop: () => Promise<void>
}

/** Long ago, so that the date is a strong validator (RFC 9110 §8.8.2.2). */
const modified = new Date('2024-02-29T12:34:56Z')

/** A folder of its own, with the files to serve in `files`. */
export async function makeFolder(): Promise<{ folder: string; files: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'clips-conformance-'))
  const files = join(folder, 'files')
  await mkdir(files)
  await copyFile(join(import.meta.dirname, '../../fixtures/vorbis.ogg'), join(files, 'clip.ogg'))
  await writeFile(join(files, 'empty.ogg'), '')
  for (const name of ['clip.ogg', 'empty.ogg']) await utimes(join(files, name), modified, modified)
  return {
    folder,
    files,
    remove: async () => await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  }
}

export async function targetAt(port: number): Promise<Target> {
  return {
    host: '127.0.0.1',
    port,
    path: '/clip.ogg',
    emptyPath: '/empty.ogg',
    unknownPath: '/unknown.ogg',
    bytes: await readFixture(),
  }
}

/** Lets a server listen on a free port, and answers the port. */
export async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Starts a server in the foreground and waits until it listens; `remove` clears up when it has ended. */
export async function startProcess(
  command: string,
  args: string[],
  port: number,
  remove: () => Promise<void>,
): Promise<OtherServer['stop']> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (text) => (errors += String(text)))
  child.on('error', (error) => (errors += error.message))
  const stop = async (): Promise<void> => {
    await stopProcess(child)
    await remove()
  }
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    if (await listens(port)) return stop
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await stop()
  throw new Error(`${command} did not start: ${errors}`)
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

async function listens(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) })
    return true
  } catch {
    return false
  }
}
