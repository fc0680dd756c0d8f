/** Starts the product as a newcomer does: `npm run dev`, on a free port, with its own state folder. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../support/freePort.ts'

/** A server that was started for a test. */
export type RunningServer = { url: string; pid: number; stop: () => Promise<void> }

/** `output` is all that `npm run dev` has printed. */
export type Product = RunningServer & { output: () => string }

const startTimeoutMs = 90_000
const projectFolder = join(import.meta.dirname, '../..')

/** `options` go to `npm run dev`, beside the port and the state folder. */
export async function startProduct(state: string, ...options: string[]): Promise<Product> {
  return await startProductIn(projectFolder, state, ...options)
}

/** Starts the product of another checkout. */
export async function startProductIn(folder: string, state: string, ...options: string[]): Promise<Product> {
  const port = await freePort()
  const args = ['run', '-s', 'dev', '--', '--port', String(port), '--state', state, ...options]
  const dev = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const ended = once(dev, 'exit')
  const { pid } = dev
  if (pid === undefined) throw new Error('npm cannot be run')
  const stop = async () => {
    if (dev.exitCode === null && dev.signalCode === null) process.kill(-pid, 'SIGINT')
    await ended
  }
  let output = ''
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (text) => (output += String(text)))
  const deadline = Date.now() + startTimeoutMs
  while (!output.includes('Clips is running')) {
    if (dev.exitCode !== null || Date.now() > deadline) {
      await stop()
      throw new Error(`npm run dev did not start:\n${output}`)
    }
    await delay(100)
  }
  return { url: `http://127.0.0.1:${port}`, pid, output: () => output, stop }
}
