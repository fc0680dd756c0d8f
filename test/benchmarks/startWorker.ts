import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningServer } from '../e2e/startProduct.ts'
import { freePort } from '../support/freePort.ts'

const wrangler = join(import.meta.dirname, '../../node_modules/wrangler/bin/wrangler.js')

/** Runs a Worker of this folder as `npm run dev` runs the product: `wrangler dev`, its files in the state folder. */
export async function startWorker(state: string, main: string, more: object = {}): Promise<RunningServer> {
  const config = join(state, 'wrangler.json')
  const entry = { name: 'clips', main: join(import.meta.dirname, main), compatibility_date: '2026-11-01' }
  await writeFile(config, JSON.stringify({ ...entry, ...more }))
  const port = await freePort()
  const place = ['--config', config, '--persist-to', join(state, 'wrangler'), '--inspector-port', '0']
  const args = [wrangler, 'dev', ...place, '--ip', '127.0.0.1', '--port', String(port)]
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' }
  const child = spawn(process.execPath, args, { env, stdio: 'ignore', detached: true })
  const ended = once(child, 'exit')
  const { pid } = child
  if (pid === undefined) throw new Error('wrangler cannot be run')
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    if (child.exitCode === null) process.kill(-pid, 'SIGTERM')
    await ended
  }
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error('wrangler dev ended')
    await delay(200)
  }
  return { url, pid, stop }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 404
  } catch {
    return false
  }
}
