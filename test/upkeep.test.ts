/** The cron: what it runs, what it writes down, and what /api/health shows of it. */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { audioKey } from '../src/audio/objectKeys.ts'
import worker from '../src/index.ts'
import { selectPurgePending } from '../src/db/purges.ts'
import { Health } from '../src/upkeep/health.ts'
import { readReconcileResult } from '../src/upkeep/reconcileResult.ts'
import { keepsUp, runSteps } from '../src/upkeep/scheduled.ts'
import { asAdmin, call, database, emptyLibrary, storedKeys } from './api.ts'
import { faultyBucket, withQueries } from './faults.ts'
import {
  changedBucket,
  changedSql,
  idOf,
  makeClip,
  runLater,
  storeAudio,
  stores,
  writeRow,
} from './reconciling.ts'

const twoHours = 2 * 60 * 60_000
const twoHoursLater = () => new Date(Date.now() + twoHours)

beforeEach(emptyLibrary)
afterEach(() => vi.restoreAllMocks())

async function runCron(scheduledTime: Date, bindings: Env = env): Promise<void> {
  const context = createExecutionContext()
  await worker.scheduled(createScheduledController({ scheduledTime }), bindings, context)
  await waitOnExecutionContext(context)
}

async function health(headers: Record<string, string> = {}) {
  const response = await call('/api/health', { headers })
  expect(response.status).toBe(200)
  return Health.parse(await response.json())
}

/** Clips 1 to `count`, each with a purge that is pending. */
async function pendingClips(count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await makeClip(idOf(n))
  await database().execute(sql`update clips set purge_pending = true`)
}

/** Hides the clips up to the nth, and gives a bucket that takes no label of theirs. */
async function hideUpTo(nth: number): Promise<R2Bucket> {
  await database().execute(
    sql`update clips set visibility = 'private', revision = 2, updated_at = now() where id <= ${idOf(nth)}`,
  )
  return faultyBucket(env.BUCKET, (name, key) =>
    name === 'put' && String(key) <= audioKey(idOf(nth)) ? Promise.reject(new Error('10001')) : undefined,
  )
}

/** What a run of the cron has the cache forget. */
async function purgedWith(bucket: R2Bucket): Promise<string[]> {
  const purged: string[] = []
  const cron = keepsUp(async (tags) => void purged.push(...tags))
  const bindings = { ...env, BUCKET: bucket }
  await cron(createScheduledController({ scheduledTime: new Date() }), bindings, createExecutionContext())
  return purged
}

/** One orphan, one clip, one row without audio, one key of no clip. */
async function disjoint(): Promise<void> {
  await storeAudio(idOf(1))
  await makeClip(idOf(2))
  await writeRow(idOf(3))
  await env.BUCKET.put('clips/readme.txt', 'x')
}

describe('the cron', () => {
  it('is handled by the Worker', async () => {
    await disjoint()
    await runCron(twoHoursLater())
    expect(await storedKeys()).toEqual([audioKey(idOf(2)), 'clips/readme.txt'])
  })

  it('goes by its scheduled time: what is young then stays', async () => {
    await disjoint()
    await runCron(new Date(Date.now() - twoHours))
    await runCron(new Date())
    expect(await storedKeys()).toContain(audioKey(idOf(1)))
  })

  it('writes a line of what each step did', async () => {
    const lines = vi.spyOn(console, 'info')
    await disjoint()
    await runCron(twoHoursLater())
    const written = lines.mock.calls.map(([line]) =>
      z.looseObject({ event: z.string() }).parse(JSON.parse(String(line))),
    )
    expect(written).toEqual([
      {
        level: 'info',
        event: 'upkeep',
        step: 'reconcile',
        finished_pass: true,
        scanned: 4,
        deleted_orphans: 1,
        deleted_incoming: 0,
        relabelled: 0,
        missing_audio: 1,
        missing: [idOf(3)],
        foreign_keys: 1,
        foreign: ['clips/readme.txt'],
        duration_ms: expect.any(Number),
      },
      {
        level: 'info',
        event: 'upkeep',
        step: 'purges',
        purged: 0,
        pending: 0,
        duration_ms: expect.any(Number),
      },
      {
        level: 'info',
        event: 'upkeep',
        step: 'idempotency-keys',
        pruned: 0,
        duration_ms: expect.any(Number),
      },
      { level: 'info', event: 'upkeep', step: 'plays', pruned: 0, duration_ms: expect.any(Number) },
    ])
  })

  it('purges what the queue did not', async () => {
    await makeClip(idOf(1))
    await database().execute(sql`update clips set purge_pending = true`)
    const purged: string[] = []
    const cron = keepsUp(async (tags) => void purged.push(...tags))
    await cron(createScheduledController({ scheduledTime: twoHoursLater() }), env, createExecutionContext())
    expect(purged).toContain(`clip:${idOf(1)}`)
    const { rows } = await database().execute(sql`select purge_pending from clips`)
    expect(rows).toEqual([{ purge_pending: false }])
  })

  it('purges the others when a label cannot be written', async () => {
    await pendingClips(2)
    expect(await purgedWith(await hideUpTo(1))).toEqual([`clip:${idOf(2)}`])
    const { rows } = await database().execute(sql`select id from clips where purge_pending`)
    expect(rows).toEqual([{ id: idOf(1) }])
  })

  it('comes to every purge, however many labels cannot be written', async () => {
    await pendingClips(104)
    const stuck = await hideUpTo(102)
    const runs = [await purgedWith(stuck), await purgedWith(stuck), await purgedWith(stuck)]
    expect(runs.flat().toSorted()).toEqual([`clip:${idOf(103)}`, `clip:${idOf(104)}`])
    await database().execute(sql`update clips set purge_pending = true where id = ${idOf(104)}`)
    const again = [await purgedWith(stuck), await purgedWith(stuck), await purgedWith(stuck)]
    expect(again.flat()).toEqual([`clip:${idOf(104)}`])
  })

  it('tells Prometheus', async () => {
    expect(await (await call('/metrics')).text()).not.toContain('clips_reconcile')
    await disjoint()
    await runCron(twoHoursLater())
    const metrics = await (await call('/metrics')).text()
    expect(metrics).toContain('\nclips_reconcile_deleted_orphans 1\n')
    expect(metrics).toContain('\nclips_reconcile_missing_audio 1\n')
  })

  it('without Postgres deletes nothing, and says that it failed', async () => {
    await disjoint()
    const lines = vi.spyOn(console, 'error')
    const cron = changedSql(
      async () => await Promise.reject(new Error('away')),
      async () => await runCron(twoHoursLater()),
    )
    await expect(cron).rejects.toThrow('upkeep failed: reconcile, purges')
    expect(String(lines.mock.calls[0])).toContain('upkeep-failed')
    expect(await storedKeys()).toHaveLength(3)
  })

  it('a step that fails does not stop the next', async () => {
    const done: string[] = []
    const step = (name: string) => ({ name, run: async () => ({ pruned: done.push(name) }) })
    const failing = { name: 'b', run: async () => await Promise.reject(new Error('no')) }
    const run = runSteps([step('a'), failing, step('c')], stores(), new Date())
    await expect(run).rejects.toThrow('upkeep failed: b')
    expect(done).toEqual(['a', 'c'])
  })
})

describe('what /api/health shows of it', () => {
  it('nothing before the first run', async () => {
    expect(await health()).toEqual({
      status: 'ok',
      checks: { database: 'ok', storage: 'ok' },
      reconcile: null,
    })
    expect(await readReconcileResult(database())).toBeNull()
  })

  it('the figures of the last pass, until the next has been through', async () => {
    await disjoint()
    const at = twoHoursLater()
    await runCron(at)
    const figures = {
      deleted_orphans: 1,
      deleted_incoming: 0,
      missing_audio: 1,
      relabelled: 0,
    }
    const times = { last_run_at: at.toISOString(), finished_pass_at: at.toISOString() }
    expect((await health()).reconcile).toEqual({ ...times, ...figures })
    expect(await readReconcileResult(database())).toMatchObject({ missingAudio: { named: [idOf(3)] } })

    await runLater(3, { pages: 1, pageSize: 1 })
    const later = (await health()).reconcile
    expect(later).toMatchObject({ finished_pass_at: at.toISOString(), ...figures })
    expect(Date.parse(later?.last_run_at ?? '')).toBeGreaterThan(at.getTime())
  })

  it('those of the first pass so far, while it is under way', async () => {
    await disjoint()
    await runLater(2, { pages: 1, pageSize: 2 })
    expect((await health()).reconcile).toMatchObject({
      finished_pass_at: null,
      deleted_orphans: 1,
    })
    expect((await health(asAdmin)).reconcile).toMatchObject({ finished_pass_at: null, scanned: 2 })
  })

  it('how much there is to compare only to an admin: less the public clips, it is the private ones', async () => {
    await disjoint()
    await runCron(twoHoursLater())
    expect((await health()).reconcile).not.toHaveProperty('scanned')
    expect((await health(asAdmin)).reconcile).toHaveProperty('scanned', 4)
    expect(await (await call('/metrics')).text()).not.toContain('clips_reconcile_scanned')
    const admin = await (await call('/metrics', { headers: asAdmin })).text()
    expect(admin).toContain('\nclips_reconcile_scanned 4\n')
  })

  it('a failed run is none', async () => {
    await disjoint()
    const bucket = changedBucket(async () => await Promise.reject(new Error('away')))
    await expect(runLater(2, {}, { bucket })).rejects.toThrow('away')
    expect((await health()).reconcile).toBeNull()
  })
})

it('finds what is to be purged by an index of its own', async () => {
  const sent = z.object({ query: z.string(), params: z.array(z.unknown()) })
  const queries: z.output<typeof sent>[] = []
  await withQueries(
    async (query, real) => {
      queries.push(sent.parse(JSON.parse(query)))
      return await real()
    },
    async () => await selectPurgePending(database(), idOf(1), 50),
  )
  const [{ query, params } = { query: '', params: [] }] = queries
  const { $client } = database()
  // So small a table would be read from end to end.
  const [, plan] = await $client.transaction([
    $client.query('set local enable_seqscan = off'),
    $client.query(`explain ${query}`, params),
  ])
  expect(JSON.stringify(plan)).toContain('clips_purge_pending')
})

it('deletes expired idempotency keys in pieces, and has none of them sent back', async () => {
  await database().execute(sql`
    insert into idempotency_keys (owner, key, clip_id, attempt_id, locked_until, created_at)
    select 'admin', n::text, gen_random_uuid(), gen_random_uuid(), now(), now() - n * interval '2 days'
    from generate_series(0, 12000) n`)
  const Answer = z.object({ rowCount: z.number(), rows: z.array(z.unknown()) })
  const answers: z.output<typeof Answer>[] = []
  await withQueries(
    async (query, real) => {
      const answer = await real()
      if (query.includes('delete from')) answers.push(Answer.parse(await answer.clone().json()))
      return answer
    },
    async () => await runCron(new Date()),
  )
  expect(answers.map(({ rowCount }) => rowCount)).toEqual([5000, 5000, 2000, 0])
  expect(answers.flatMap(({ rows }) => rows)).toEqual([])
  const { rows } = await database().execute(sql`select key from idempotency_keys`)
  expect(rows).toEqual([{ key: '0' }])
})
