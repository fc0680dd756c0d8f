/**
 * Statements that run at the same time in several sessions, on a real Postgres: each test holds a row in an open transaction
 * until the statement waits for it.
 */
import { Client } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { deleteClipRow, insertClip, selectClip, updateClip, markClipIdsUsed } from '../../src/db/clips.ts'
import type { Database } from '../../src/db/connection.ts'
import { bindFingerprint, claimIdempotencyKey, saveAnswer } from '../../src/db/idempotencyKeys.ts'
import type { PlayEvent } from '../../src/db/plays.ts'
import { consumePlays } from '../../src/plays/consumePlays.ts'
import { insertRow, unconditionally } from '../support/clipRows.ts'
import { startMigratedPostgres, type MigratedPostgres } from '../support/migratedPostgres.ts'

let postgres: MigratedPostgres
let db: Database
/** A session of the test's own. */
let other: Client

beforeAll(async () => {
  postgres = await startMigratedPostgres()
  db = postgres.db
  other = new Client({ connectionString: postgres.url })
  await other.connect()
})
afterAll(async () => {
  await other.end()
  await postgres.stop()
})
beforeEach(async () => {
  await db.$client.query('truncate clips, idempotency_keys, used_clip_ids, play_events, library_days cascade')
})

const rowOf = (id: string) => {
  const audio = { contentType: 'audio/mpeg', size: 1, sha256: id.replaceAll('-', '').repeat(2) }
  return { id, title: 'Tone', ...audio }
}

/** Runs `work` while the other session has done `statements` and not committed, and ends that once `work` waits for it. */
async function whileHeld<Result>(
  statements: [text: string, values: unknown[]][],
  work: () => Promise<Result>,
  end: 'commit' | 'rollback' = 'commit',
): Promise<Result> {
  await other.query('begin')
  for (const [text, values] of statements) await other.query(text, values)
  const working = work()
  working.catch(() => {})
  await vi.waitFor(async () => {
    const waiting = await db.$client.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`)
    expect(waiting).toHaveLength(1)
  })
  await other.query(end)
  return await working
}

describe('an insert of a clip', () => {
  const attempt = { owner: 'admin', key: 'k', attemptId: uuidv7() }
  const { attemptId: id } = attempt
  const condition = { ...unconditionally, attempt }
  const insert = async () => await insertClip(db, rowOf(id), condition)
  const takeKey: [string, unknown[]] = [`update idempotency_keys set attempt_id = $1`, [uuidv7()]]

  beforeEach(async () => {
    await claimIdempotencyKey(db, attempt, 30_000, 86_400_000)
  })

  it('waits for another attempt that takes its key, and inserts nothing', async () => {
    expect(await whileHeld([takeKey], insert)).toBeUndefined()
    expect(await selectClip(db, id)).toBeUndefined()
  })

  it('inserts if the other attempt does not take the key after all', async () => {
    expect(await whileHeld([takeKey], insert, 'rollback')).toMatchObject({ id })
    expect(await selectClip(db, id)).toMatchObject({ id })
  })

  it('waits for an answer that is being saved, and inserts nothing', async () => {
    const answered: [string, unknown[]] = [`update idempotency_keys set answer = '{}'`, []]
    expect(await whileHeld([answered], insert)).toBeUndefined()
  })

  it.each([
    ['commit', undefined],
    ['rollback', { id }],
  ] as const)('waits for whoever uses up its id, which ends with a %s', async (end, expected) => {
    const use: [string, unknown[]] = ['insert into used_clip_ids (id) values ($1)', [id]]
    const row = await whileHeld([use], insert, end)
    expect(row?.id).toBe(expected?.id)
  })

  it('happens once if two run at the same time', async () => {
    const rows = await Promise.all(Array.from({ length: 8 }, insert))
    expect(rows.filter((row) => row !== undefined)).toHaveLength(1)
  })

  it('happens once beside a reconciler that uses up its id: the clip is there, or it never comes', async () => {
    for (let round = 0; round < 50; round += 1) {
      const clip = rowOf(uuidv7())
      const [row] = await Promise.all([insertClip(db, clip, unconditionally), markClipIdsUsed(db, [clip.id])])
      expect((await selectClip(db, clip.id))?.id).toBe(row?.id)
      expect(await insertClip(db, clip, unconditionally)).toBeUndefined()
    }
  })

  it('and a claim of its key at the same time: either the claim sees the clip, or the clip never comes', async () => {
    for (let round = 0; round < 50; round += 1) {
      const one = { owner: 'admin', key: `k${round}`, attemptId: uuidv7() }
      await claimIdempotencyKey(db, one, -1000, 86_400_000)
      const two = { ...one, attemptId: uuidv7() }
      const [row, claimed] = await Promise.all([
        insertClip(db, rowOf(one.attemptId), { ...condition, attempt: one }),
        claimIdempotencyKey(db, two, 30_000, 86_400_000),
      ])
      expect(claimed.attemptId).toBe(two.attemptId)
      expect(claimed.clipId ?? undefined).toBe(row?.id)
      expect((await bindFingerprint(db, two, 'f'))?.clipId).toBe(claimed.clipId)
      await saveAnswer(db, one, 'late')
      expect((await bindFingerprint(db, two, 'f'))?.clipId).toBe(claimed.clipId)
    }
  })
})

describe('a change of a clip', () => {
  it('waits for another one, and does not apply to what it has not read', async () => {
    const id = uuidv7()
    await insertRow(db, rowOf(id))
    const before = { patches: 0 }
    const patch: [string, unknown[]] = [`update clips set patches = patches + 1 where id = $1`, [id]]
    const late = async () => await updateClip(db, id, { visibility: 'private' }, before)
    expect(await whileHeld([patch], late)).toBeUndefined()
    expect(await whileHeld([patch], async () => await deleteClipRow(db, id, { patches: 1 }))).toBeUndefined()
    expect(await selectClip(db, id)).toMatchObject({ visibility: 'public', patches: 2 })
  })
})

describe('a batch of plays', () => {
  const startOf = (clip: string): PlayEvent => {
    const listener = uuidv7().replaceAll('-', '').repeat(2)
    return { id: uuidv7(), clip, listener, country: 'CZ', at: new Date().toISOString() }
  }

  /** Consumes plays as the queue does, and returns what became of each. */
  async function consume(events: PlayEvent[]): Promise<string[]> {
    const results = events.map(() => 'nothing')
    const messages = events.map((body, nth): [Message, PlayEvent] => {
      const message = { id: String(nth), timestamp: new Date(), body, attempts: 1 }
      const ends = { ack: () => void (results[nth] = 'ack'), retry: () => void (results[nth] = 'retry') }
      return [{ ...message, ...ends }, body]
    })
    await consumePlays(new Map(messages), db, 30)
    return results
  }

  const countOf = async (id: string) => (await selectClip(db, id))?.playCount

  it('is counted although one of its clips is deleted meanwhile', async () => {
    const [kept, deleted] = [uuidv7(), uuidv7()]
    await insertRow(db, rowOf(kept))
    await insertRow(db, rowOf(deleted))
    const events = [startOf(kept), startOf(deleted), startOf(kept)]
    const deletion: [string, unknown[]] = ['delete from clips where id = $1', [deleted]]
    expect(await whileHeld([deletion], async () => await consume(events))).toEqual(['ack', 'ack', 'ack'])
    expect(await countOf(kept)).toBe(2)
    expect(await countOf(deleted)).toBeUndefined()
  })

  it('is counted apart from the one play that keeps failing', async () => {
    const clips = Array.from({ length: 10 }, () => uuidv7())
    for (const id of clips) await insertRow(db, rowOf(id))
    const broken = clips[6] ?? ''
    await db.$client.query(
      `alter table clips add constraint broken check (id <> '${broken}' or play_count = 0)`,
    )
    const events = clips.map(startOf)
    const results = await consume(events)
    expect(results).toEqual(clips.map((id) => (id === broken ? 'retry' : 'ack')))
    await db.$client.query('alter table clips drop constraint broken')
    // The queue delivers it again, and may deliver the others twice.
    expect(await consume(events)).toEqual(clips.map(() => 'ack'))
    for (const id of clips) expect(await countOf(id)).toBe(1)
  })
})
