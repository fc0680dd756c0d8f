/** The numbers of clips and bytes that triggers keep: they are those that a count finds, whatever happens to clips. */
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { beforeEach, describe, expect, it } from 'vitest'
import { asAdmin, call, database, emptyLibrary } from '../support/api.ts'
import { deleteRow, editRow, insertRow } from '../support/clipRows.ts'
import { insertClips, record, start } from '../support/playTables.ts'
import { scrape } from '../support/scrape.ts'

beforeEach(emptyLibrary)

const visibilities = ['public', 'private'] as const
type Visibility = (typeof visibilities)[number]
type Clip = { id: string; visibility: Visibility; size: number }

/** Clips and bytes of one visibility, as /metrics has them. */
const series = (visibility: Visibility, clips: number, bytes: number) => ({
  [`clips_clips{visibility="${visibility}"}`]: clips,
  [`clips_stored_bytes{visibility="${visibility}"}`]: bytes,
})

/** Expects that /metrics and /api/stats have the sums of these clips. */
async function expectHoldings(clips: Clip[]): Promise<void> {
  const held = (visibility: Visibility) => {
    const sizes = clips.filter((clip) => clip.visibility === visibility).map(({ size }) => size)
    return [sizes.length, sizes.reduce((sum, size) => sum + size, 0)] as const
  }
  expect(await scrape(call, { headers: asAdmin })).toMatchObject({
    ...series('public', ...held('public')),
    ...series('private', ...held('private')),
  })
  const [publicClips, publicBytes] = held('public')
  expect(await (await call('/api/stats')).json()).toMatchObject({
    clips: publicClips,
    bytes_stored: publicBytes,
  })
}

/** Inserts rows in one statement. */
async function insertAll(clips: Clip[]): Promise<void> {
  await database().execute(sql`
    insert into clips (id, title, content_type, size, sha256, visibility, deliberate_duplicate)
    select id, 'Clip', 'audio/mpeg', size, repeat('0', 64), visibility, true
    from jsonb_to_recordset(${JSON.stringify(clips)}::jsonb) as clip (id uuid, size bigint, visibility text)`)
}

const anyVisibility = fc.constantFrom(...visibilities)
const size = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(2 ** 40))
const values = fc.record({ visibility: anyVisibility, size })
const step = fc.oneof(
  fc.record({ insert: fc.array(values, { maxLength: 3 }) }),
  fc.record({ change: fc.constantFrom('hide', 'show', 'retitle', 'delete'), nth: fc.nat() }),
  fc.record({ replace: anyVisibility, by: values }),
  fc.record({ deleteAll: anyVisibility }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** Does a step in Postgres, and returns the clips that there must be then. */
async function take(clips: Clip[], next: Step): Promise<Clip[]> {
  const db = database()
  if ('insert' in next) {
    const inserted = next.insert.map((clip) => ({ ...clip, id: uuidv7() }))
    await insertAll(inserted)
    return [...clips, ...inserted]
  }
  if ('replace' in next) {
    const { replace, by } = next
    await db.execute(
      sql`update clips set visibility = ${by.visibility}, size = ${by.size} where visibility = ${replace}`,
    )
    return clips.map((clip) => (clip.visibility === replace ? { ...clip, ...by } : clip))
  }
  if ('deleteAll' in next) {
    await db.execute(sql`delete from clips where visibility = ${next.deleteAll}`)
    return clips.filter((clip) => clip.visibility !== next.deleteAll)
  }
  const one = clips[next.nth % clips.length]
  return one ? [...clips.filter((clip) => clip !== one), ...(await changeOne(one, next.change))] : clips
}

async function changeOne(clip: Clip, change: string): Promise<Clip[]> {
  const db = database()
  if (change === 'delete') {
    await deleteRow(db, clip.id)
    return []
  }
  if (change === 'retitle') {
    await editRow(db, clip.id, { title: 'Another title' })
    return [clip]
  }
  const visibility = change === 'hide' ? 'private' : 'public'
  await editRow(db, clip.id, { visibility })
  return [{ ...clip, visibility }]
}

describe('the holdings', () => {
  it('are what a count finds, after any steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await emptyLibrary()
        let clips: Clip[] = []
        for (const next of steps) clips = await take(clips, next)
        await expectHoldings(clips)
      }),
      { numRuns: 40 },
    )
  })

  it('stay as they are if an insert fails or finds its id used', async () => {
    const clip: Clip = { id: uuidv7(), visibility: 'public', size: 5 }
    const row = { ...clip, title: 'Clip', contentType: 'audio/mpeg', sha256: '0'.repeat(64) }
    await insertRow(database(), row)
    await expect(insertRow(database(), row)).rejects.toThrow('is used')
    await expect(insertRow(database(), { ...row, id: uuidv7() })).rejects.toThrow()
    await expectHoldings([clip])
  })

  it('are empty after a truncate', async () => {
    await insertClips(2)
    await database().execute(sql`truncate clips cascade`)
    await expectHoldings([])
  })

  it('are not written when plays are counted', async () => {
    const versions = sql`select json_agg(xmin::text order by visibility) as versions from library_holdings`
    const [id = ''] = await insertClips(1)
    const before = await database().execute(versions)
    await record(start(id, 0))
    const after = await database().execute(versions)
    expect(after.rows).toEqual(before.rows)
  })

  it('can be counted anew after a load with the triggers off', async () => {
    const clips = visibilities.map((one): Clip => ({ id: uuidv7(), visibility: one, size: 7 }))
    await database().execute(sql`alter table clips disable trigger user`)
    await insertAll(clips)
    await database().execute(sql`alter table clips enable trigger user`)
    await expectHoldings([])
    await database().execute(sql`select rebuild_library_holdings()`)
    await expectHoldings(clips)
  })
})
