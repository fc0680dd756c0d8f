import { neon } from '@neondatabase/serverless'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const sql = neon(connectionString)
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint()
  await sql`drop table if exists result_clip`
  await sql`create table result_clip (id int primary key, title text, seconds int)`
}, 60_000)
afterAll(() => endpoint.stop())

test('objects', async () => {
  expect(await sql`select 1 as a, 'x' as b`).toEqual([{ a: 1, b: 'x' }])
})
test('arrays keep columns of one name apart', async () => {
  expect(await sql.query('select 1 as a, 2 as a', [], { arrayMode: true })).toEqual([[1, 2]])
})
test('full results', async () => {
  const result = await neon(connectionString, { fullResults: true })`select 1::int4 as a where false`
  expect(result).toMatchObject({
    command: 'SELECT',
    rowCount: 0,
    rows: [],
    fields: [{ name: 'a', dataTypeID: 23 }],
  })
})
test.each([
  ['insert into result_clip values (900, $1), (901, $2)', ['m', 'n'], 'INSERT', 2],
  ['update result_clip set seconds = $1 where id >= 900', [3], 'UPDATE', 2],
  ['delete from result_clip where id >= $1', [900], 'DELETE', 2],
  ['create temporary table if not exists gone ()', [], 'CREATE', null],
  ['', [], '', null],
])('command and count: %s', async (text, params, command, rowCount) => {
  const result = await sql.query(text, params, { fullResults: true })
  expect(result).toMatchObject({ command, rowCount, rows: [] })
})

test('parallel queries each get their own answer', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => sql`select ${n}::int4 as n, pg_sleep(0.01)`),
  )
  expect(answers.map((rows) => rows[0]?.['n'])).toEqual(Array.from({ length: 20 }, (_, n) => n))
})

test('a large value', async () => {
  const title = 'x'.repeat(5_000_000)
  const [row] = await sql`select ${title}::text as title`
  expect(row?.['title']).toBe(title)
})
