/** The same cases with a cache between the entrypoints: the same answers, and no operations of R2. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateThrough } from '../../src/local/migrate.ts'
import { serveNeon, type NeonEndpoint } from '../../src/local/neonEndpoint.ts'
import { openPglite } from '../../src/local/pglite.ts'
import { startWorker, waitUntilHealthy, type WorkerProcess } from '../../src/local/worker.ts'
import { freePort } from '../support/freePort.ts'
import { cases } from './cases/index.ts'
import { asksFor, type Facts } from './conformanceCase.ts'
import { runCase } from './runCases.ts'
import { learnFacts, type Target } from './target.ts'
import { uploadClip } from './uploadClip.ts'

const databaseUrl = 'postgres://clips:clips@db.localtest.me/clips'
let endpoint: NeonEndpoint
let worker: WorkerProcess
let state: string
let target: Target
let facts: Facts

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'clips-cached-'))
  endpoint = await serveNeon(await openPglite())
  await migrateThrough({ databaseUrl, endpoint: endpoint.url })
  const vars = {
    DATABASE_URL: databaseUrl,
    DATABASE_ENDPOINT: endpoint.url,
    ADMIN_KEY: 'clips_local',
    SIGNING_KEY: 'a signing key for the tests',
    RATE_LIMITS: 'off',
  }
  const main = join(import.meta.dirname, 'cachedWorker.ts')
  worker = startWorker({ port: await freePort(), state, vars, verbose: false, main })
  worker.failed.catch(() => {}) // it is stopped below
  await waitUntilHealthy(worker)
  target = await uploadClip(worker.url)
  facts = await learnFacts(target)
  await r2Operations()
})

afterAll(async () => {
  await worker.stop()
  await endpoint.close()
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

async function r2Operations(): Promise<unknown> {
  return await (await fetch(`${worker.url}/operations`)).json()
}

/** A clip that does not exist is not cached: R2 is asked each time. */
const askable = cases.filter((one) => !asksFor('empty', one))
const ofTheClip = askable.filter((one) => !asksFor('unknown', one))

it.each(askable)('$section ($level) $name', async (one) => {
  expect((await runCase(target, facts, one, 'strict')).complaints).toEqual([])
})

describe('R2', () => {
  it('is not asked after the audio is cached', async () => {
    await r2Operations()
    for (const one of ofTheClip) await runCase(target, facts, one, 'strict')
    expect(await r2Operations()).toEqual([])
  })
})
