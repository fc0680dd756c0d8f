/** Starts the product as a newcomer does (`npm run dev`), with a state folder of its own, for the e2e tests. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the product answers, such as `http://127.0.0.1:8900`. */
    clipsUrl: string
    /** Its state folder. */
    clipsState: string
  }
}

const startTimeoutMs = 90_000

export default async function startClips(project: TestProject) {
  const port = await freePort()
  const state = await mkdtemp(join(tmpdir(), 'clips-e2e-'))
  const dev = spawn('npm', ['run', '-s', 'dev', '--', '--port', String(port), '--state', state], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (text) => (output += String(text)))
  const url = `http://127.0.0.1:${port}`
  await until(
    () => output.includes('Clips is running') || dev.exitCode !== null,
    () => output,
  )
  if (dev.exitCode !== null) throw new Error(`npm run dev ended:\n${output}`)
  project.provide('clipsUrl', url)
  project.provide('clipsState', state)
  return async () => {
    const ended = new Promise((resolve) => dev.once('exit', resolve))
    if (dev.pid !== undefined) process.kill(-dev.pid, 'SIGINT')
    await ended
    await rm(state, { recursive: true, force: true })
  }
}

async function until(holds: () => boolean, describe: () => string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`npm run dev did not start in time:\n${describe()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
