/** The kept numbers of clips and bytes while several sessions change clips, on a real Postgres. */
import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { recordPlays } from '../../src/db/plays.ts'
import { deleteRow, editRow, insertRow } from '../support/clipRows.ts'
import { startMigratedPostgres, type MigratedPostgres } from '../support/migratedPostgres.ts'

let postgres: MigratedPostgres

beforeAll(async () => {
  postgres = await startMigratedPostgres()
})
afterAll(async () => {
  await postgres.stop()
})

const rowOf = (visibility: 'public' | 'private', size: number) => {
  const id = uuidv7()
  return {
    id,
    title: 'Tone',
    contentType: 'audio/mpeg',
    visibility,
    size,
    sha256: id.replaceAll('-', '').repeat(2),
  }
}

const rowsOf = async (query: string) => (await postgres.db.execute(sql.raw(query))).rows

/** What is kept, and what a count finds. */
async function expectExact(): Promise<void> {
  expect(await rowsOf('select visibility, clips, bytes from library_holdings order by visibility')).toEqual(
    await rowsOf(
      'select visibility, count(*) as clips, sum(size) as bytes from clips group by visibility order by visibility',
    ),
  )
}

async function openSession(): Promise<Client> {
  const session = new Client({ connectionString: postgres.url })
  await session.connect()
  return session
}

const insertOne = `insert into clips (id, title, content_type, size, sha256, visibility, deliberate_duplicate)
  values (gen_random_uuid(), 'Tone', 'audio/mpeg', 1, repeat('0', 64), $1, true)`

it('are exact after sessions that inserted, hid, showed and deleted clips', async () => {
  const writers = Array.from({ length: 10 }, async (_, writer) => {
    for (let round = 0; round < 30; round += 1) {
      const [from, to] = writer % 2 ? (['public', 'private'] as const) : (['private', 'public'] as const)
      const row = rowOf(from, 1 + writer + round)
      await insertRow(postgres.db, row)
      await editRow(postgres.db, row.id, { visibility: to })
      if (round % 3 === 0) await deleteRow(postgres.db, row.id)
    }
  })
  await Promise.all(writers)
  await expectExact()
})

it('are exact after a recount that began while a clip was inserted', async () => {
  const other = await openSession()
  await other.query('begin')
  await other.query(insertOne, ['public'])
  const recount = rowsOf('select rebuild_library_holdings()')
  await vi.waitFor(async () => {
    const waiting = await rowsOf(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`)
    expect(waiting).toHaveLength(1)
  })
  await other.query('commit')
  await other.end()
  await recount
  await expectExact()
})

it('let transactions of several statements commit in any order', async () => {
  const sessions = await Promise.all(Array.from({ length: 4 }, openSession))
  const transactions = sessions.map(async (session, nth) => {
    for (let round = 0; round < 20; round += 1) {
      await session.query('begin')
      for (const visibility of nth % 2 ? ['public', 'private'] : ['private', 'public'])
        await session.query(insertOne, [visibility])
      await session.query('commit')
    }
  })
  await Promise.all(transactions)
  await Promise.all(sessions.map(async (session) => await session.end()))
  await expectExact()
})

it('are not waited for when plays are counted', async () => {
  const row = rowOf('public', 1)
  await insertRow(postgres.db, row)
  const other = await openSession()
  await other.query('begin')
  await other.query('select lock_library_holdings()')
  const at = new Date().toISOString()
  const event = { id: uuidv7(), clip: row.id, listener: '0'.repeat(64), country: 'CZ', at }
  await recordPlays(postgres.db, [event], 30)
  await other.end()
  expect(await rowsOf(`select play_count from clips where id = '${row.id}'`)).toEqual([{ play_count: '1' }])
})
