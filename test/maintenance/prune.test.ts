/** Pruning: old play events and expired idempotency keys. */
import { createExecutionContext, createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { deleteExpiredIdempotencyKeys } from '../../src/db/idempotencyKeys.ts'
import worker from '../../src/index.ts'
import { prunePlays } from '../../src/maintenance/prune.ts'
import { database, emptyLibrary } from '../support/api.ts'
import { runCron } from '../support/cron.ts'
import { withoutDatabase } from '../support/faults.ts'
import { agedBy } from '../support/idempotencyKeys.ts'
import { dateOf, insertClips, readTables, record, start } from '../support/playTables.ts'
import { postRaw } from '../support/rawUpload.ts'
import { withQueries } from '../support/withQueries.ts'

beforeEach(emptyLibrary)

describe('raw play events', () => {
  const kept = async () => {
    const { rows } = await database().execute(
      sql`select count(*)::int as n, min(date) as first from play_events`,
    )
    return z.object({ n: z.number(), first: z.iso.date().nullable() }).parse(rows[0])
  }
  /** Makes all events older. */
  const age = async (days: number) => {
    await database().execute(sql`update play_events set at = at - make_interval(days => ${days})`)
  }

  it('are deleted after 90 days, in batches, and the statistics stay', async () => {
    const [id = ''] = await insertClips(1)
    await database().execute(sql`
      insert into play_events (id, clip_id, listener, country, at, counted)
      select gen_random_uuid(), ${id}, n, 'CZ', now() - interval '95 days', true from generate_series(1, 12000) n`)
    await record(start(id, 89), start(id, 88), start(id, 0))
    const before = await readTables()
    expect(await prunePlays(database())).toBe(12_000)
    expect(await kept()).toEqual({ n: 3, first: dateOf(89) })
    await age(1)
    expect(await prunePlays(database())).toBe(1)
    expect(await kept()).toEqual({ n: 2, first: dateOf(89) })
    expect(await readTables()).toEqual(before)
    expect(await prunePlays(database())).toBe(0)
  })

  it('are pruned by the cron, or later if Postgres is unavailable', async () => {
    const [id = ''] = await insertClips(1)
    await record(start(id, 89))
    await age(1)
    const controller = createScheduledController({ scheduledTime: new Date(), cron: '*/15 * * * *' })
    await expect(
      worker.scheduled(controller, withoutDatabase as Env, createExecutionContext()),
    ).rejects.toThrow('maintenance failed')
    expect((await kept()).n).toBe(1)
    await worker.scheduled(controller, env, createExecutionContext())
    expect((await kept()).n).toBe(0)
  })
})

describe('used ids', () => {
  it('are pruned by the cron after a day, and not before', async () => {
    expect((await postRaw({})).status).toBe(201)
    const count = async () => {
      const { rows } = await database().execute(sql`select count(*)::int as n from used_clip_ids`)
      return rows[0]?.['n']
    }
    await runCron(new Date())
    expect(await count()).toBe(1)
    await database().execute(sql`update used_clip_ids set used_at = used_at - interval '25 hours'`)
    await runCron(new Date())
    expect(await count()).toBe(0)
  })
})

describe('idempotency keys', () => {
  it('are pruned by the cron after a day', async () => {
    expect((await postRaw({ 'Idempotency-Key': 'a' })).status).toBe(201)
    const count = async () => await deleteExpiredIdempotencyKeys(database(), 24 * 60 * 60 * 1000, 100)
    expect(await count()).toBe(0)
    await agedBy('25 hours')
    await runCron(new Date())
    expect(await count()).toBe(0)
  })

  it('are deleted in batches, and not returned', async () => {
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
    expect(answers.map(({ rowCount }) => rowCount)).toEqual([5000, 5000, 2000, 0, 0])
    expect(answers.flatMap(({ rows }) => rows)).toEqual([])
    const { rows } = await database().execute(sql`select key from idempotency_keys`)
    expect(rows).toEqual([{ key: '0' }])
  })
})
