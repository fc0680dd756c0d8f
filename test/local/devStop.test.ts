/** The end of `npm run dev`: every process that it started ends too, even when it is killed. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, expect, test, vi } from 'vitest'
import { canListen, freePort } from '../support/freePort.ts'
import { descendants, stillRunning, type Process } from '../support/processes.ts'

const state = mkdtempSync(join(tmpdir(), 'clips-killed-'))
const started: Process[] = []
afterAll(() => {
  for (const { pid } of stillRunning(started)) process.kill(pid, 'SIGKILL')
  rmSync(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

async function waitForLine(child: ChildProcessByStdio<null, Readable, null>, line: string): Promise<void> {
  let output = ''
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(text)
    if (output.includes(line)) break
  }
  child.stdout.resume()
  expect(output).toContain(line)
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'after a %s no started process is running, and the port is free',
  { timeout: 240_000 },
  async (signal) => {
    const port = await freePort()
    const args = ['src/local/dev.ts', '--port', String(port), '--state', state, '--no-demo']
    const dev = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(dev, 'exit')
    await waitForLine(dev, 'Clips is running')
    const family = descendants(dev.pid ?? 0)
    started.push(...family)
    for (const name of ['wrangler.js', 'workerd', 'databaseServer']) {
      expect(family.map(({ command }) => command)).toContainEqual(expect.stringContaining(name))
    }

    dev.kill(signal)
    expect(await exited).toEqual(signal === 'SIGKILL' ? [null, signal] : [0, null])
    const soon = { timeout: 60_000, interval: 200 }
    await vi.waitFor(() => expect(stillRunning(family)).toEqual([]), soon)
    // A killed process counts as ended while its last threads still hold the port.
    await vi.waitFor(async () => expect(await canListen(port)).toBe(true), soon)
  },
)
