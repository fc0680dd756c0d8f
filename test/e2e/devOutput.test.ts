/** What `npm run dev` prints, and the cron that it runs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startCron } from '../../src/local/cron.ts'
import { startProduct, type Product } from './startProduct.ts'

let state: string
let product: Product

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'clips-output-'))
  product = await startProduct(state)
})
afterAll(async () => {
  await product?.stop()
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

const Health = z.object({ reconcile: z.object({ last_run_at: z.iso.datetime() }).nullable() })

/** When the cron last ran, in milliseconds; 0 before the first time. */
async function lastRun(): Promise<number> {
  const { reconcile } = Health.parse(await (await fetch(`${product.url}/api/health`)).json())
  return Date.parse(reconcile?.last_run_at ?? '1970-01-01T00:00:00Z')
}

it('prints a banner, and then one line a request', async () => {
  await expect.poll(lastRun, { timeout: 20_000 }).toBeGreaterThan(0)
  const before = product.output().length
  for (const path of ['/api/clips?search=rain', '/nothing', '/api/docs/docs.css', '/api/clips?limit=0']) {
    await (await fetch(product.url + path)).text()
  }
  const time = String.raw`\d\d:\d\d:\d\d`
  const lines = [
    `${time} GET /api/clips 200 \\d+ ms`,
    `${time} GET /nothing 404 not-found \\d+ ms`,
    `${time} GET /api/docs/docs.css 200 \\d+ ms`,
    `${time} GET /api/clips 422 invalid-fields \\d+ ms`,
  ]
  const expected = new RegExp(`${lines.join('\n')}\n`)
  await expect.poll(() => product.output().slice(before), { timeout: 10_000 }).toMatch(expected)

  const start = product.output().slice(0, before)
  expect(start.split('\n').filter((line) => line !== '' && !line.includes(' GET /api/health 200 '))).toEqual([
    'The library was empty: it has 6 demo clips now.',
    '  Clips is running.',
    `    Library    ${product.url}`,
    `    API docs   ${product.url}/api/docs`,
    '    Admin key  clips_local',
    '    Database   PGlite, in the state folder',
    `    State      ${state} (delete it to start afresh)`,
    '  Ctrl-C stops it.',
  ])
})

it('runs the cron at the start, and then by its schedule', async () => {
  const first = await lastRun()
  expect(first).toBeGreaterThan(0)
  const cron = startCron(['* * * * * *'], product.url)
  try {
    await expect.poll(lastRun, { timeout: 20_000 }).toBeGreaterThan(first + 2000)
  } finally {
    cron.stop()
  }
})
