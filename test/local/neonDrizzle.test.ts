/** Drizzle over the Neon endpoint: values in both directions, batches and errors. */
import { neon } from '@neondatabase/serverless'
import { eq, getTableColumns, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import { bigint, boolean, customType, doublePrecision, integer, jsonb, numeric } from 'drizzle-orm/pg-core'
import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const things = pgTable('drizzle_thing', {
  id: integer().primaryKey(),
  title: text(),
  loud: boolean(),
  plays: bigint({ mode: 'bigint' }),
  size: bigint({ mode: 'number' }),
  price: numeric(),
  seconds: doublePrecision(),
  at: timestamp({ withTimezone: true }),
  key: uuid(),
  tags: text().array(),
  peaks: integer().array(),
  extra: jsonb(),
  bytes: bytea(),
})
const db = drizzle(neon(connectionString))
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint()
  await db.execute(sql`drop table if exists drizzle_thing`)
  await db.execute(sql`create table drizzle_thing (id int primary key, title text, loud boolean, plays bigint,
    size bigint, price numeric, seconds float8, at timestamptz, key uuid, tags text[], peaks int[], extra jsonb,
    bytes bytea)`)
}, 60_000)
afterAll(() => endpoint.stop())

const allNull = Object.fromEntries(Object.keys(getTableColumns(things)).map((name) => [name, null]))
const cases: [string, Partial<typeof things.$inferInsert>][] = [
  ['all null', {}],
  ['unicode', { title: 'Grüße, 世界 🎧 \\ " \'' }],
  ['true', { loud: true }],
  ['false', { loud: false }],
  ['a bigint', { plays: 9007199254740993n }],
  ['a size', { size: 4_294_967_296 }],
  ['a numeric', { price: '0.10' }],
  ['a float', { seconds: 30.04 }],
  ['a date', { at: new Date('2026-11-22T10:00:00.123Z') }],
  ['a uuid', { key: '0199a6c2-0000-7000-8000-000000000001' }],
  ['tags', { tags: ['rain', 'field,recording', 'say "hi"', 'back\\slash', '', 'NULL'] }],
  ['no tags', { tags: [] }],
  ['numbers', { peaks: [1, -2] }],
  ['an object', { extra: { a: [1, null, 'ü'] } }],
  ['a list', { extra: [1, 2] }],
  ['a text in json', { extra: 'text' }],
  ['bytes', { bytes: Buffer.from([0, 127, 255]) }],
]
test.each(cases.map(([name, values], id) => [name, id, values] as const))(
  'insert and select return the same value: %s',
  async (_name, id, values) => {
    const [returned] = await db
      .insert(things)
      .values({ id, ...values })
      .returning()
    const [read] = await db.select().from(things).where(eq(things.id, id))
    expect(returned).toEqual({ ...allNull, id, ...values })
    expect(read).toEqual(returned)
  },
)

test('a batch is one transaction', async () => {
  const first = db.insert(things).values({ id: 100 })
  await expect(db.batch([first, db.insert(things).values({ id: 100 })])).rejects.toThrow()
  expect(await db.$count(things, eq(things.id, 100))).toBe(0)
  const [, rows] = await db.batch([
    first,
    db.select({ id: things.id }).from(things).where(eq(things.id, 100)),
  ])
  expect(rows).toEqual([{ id: 100 }])
})

test('an error has the fields of Postgres', async () => {
  const twice = db.insert(things).values([{ id: 200 }, { id: 200 }])
  await expect(twice).rejects.toMatchObject({ cause: { code: '23505', constraint: 'drizzle_thing_pkey' } })
})
