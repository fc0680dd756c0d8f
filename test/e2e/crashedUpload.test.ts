/** A Worker that dies in the middle of an upload: the README's command outlasts the lock that it leaves. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { descendants } from '../support/processes.ts'
import { sha256 } from './curl.ts'
import { Clip, everyClip } from './library.ts'
import { record } from './recordings.ts'
import { startProduct, type Product } from './startProduct.ts'
import { storedKeys } from './storedKeys.ts'

const run = promisify(execFile)
const recording = { file: 'crash.wav', contentType: 'audio/wav', encoding: [] }

let folder: string
let product: Product
let path: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-crash-'))
  path = await record(folder, recording, 10)
  product = await startProduct(join(folder, 'state'), '--no-demo')
})
afterAll(async () => {
  await product.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

/** Such as that of the README. */
const upload = () => [
  '-s',
  '--data-binary',
  `@${path}`,
  ...headers.flatMap((header) => ['-H', header]),
  `${product.url}/api/clips?title=Crash`,
]
const headers = [
  'Content-Type: audio/wav',
  'Authorization: Bearer clips_local',
  'Idempotency-Key: crashed-once',
]

it('and it creates one clip', async () => {
  const slow = spawn('curl', [...upload(), '--limit-rate', '100k'], { stdio: 'ignore' })
  const ended = once(slow, 'exit')
  await delay(2000)
  killWorkers(product.pid)
  await ended
  const retried = ['--fail-with-body', '--retry', '6', '--retry-all-errors', ...upload()]
  const { stdout } = await run('curl', retried)
  const bodies = stdout.slice(stdout.lastIndexOf('{"id"'))
  const clip = Clip.parse(JSON.parse(bodies))
  expect(clip.audio.sha256).toBe(sha256(await readFile(path)))
  expect((await everyClip(product.url)).map(({ id }) => id)).toEqual([clip.id])
  expect(storedKeys(join(folder, 'state')).filter((key) => key.startsWith('clips/'))).toEqual([
    `clips/${clip.id}/audio`,
  ])
})

/** Kills every workerd of the product at once, as a crash does. */
function killWorkers(pid: number): void {
  const workers = descendants(pid).filter(({ command }) => command.includes('bin/workerd'))
  expect(workers).not.toEqual([])
  for (const worker of workers) process.kill(worker.pid, 'SIGKILL')
}
