import { neon, NeonDbError } from '@neondatabase/serverless'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const sql = neon(connectionString)
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint()
  await sql`drop table if exists error_clip`
  await sql`create table error_clip (
    id int primary key, title text not null unique, seconds int check (seconds > 0), parent int references error_clip)`
  await sql`insert into error_clip values (1, 'first', 10)`
}, 60_000)
afterAll(() => endpoint.stop())

const cases: [string, string, Partial<NeonDbError>][] = [
  [
    'unique violation',
    "insert into error_clip values (2, 'first')",
    {
      code: '23505',
      severity: 'ERROR',
      schema: 'public',
      table: 'error_clip',
      constraint: 'error_clip_title_key',
      detail: 'Key (title)=(first) already exists.',
      message: 'duplicate key value violates unique constraint "error_clip_title_key"',
    },
  ],
  [
    'check violation',
    "insert into error_clip values (2, 'b', 0)",
    { code: '23514', table: 'error_clip', constraint: 'error_clip_seconds_check' },
  ],
  ['not null', 'insert into error_clip values (2)', { code: '23502', table: 'error_clip', column: 'title' }],
  [
    'foreign key',
    "insert into error_clip values (2, 'b', 1, 99)",
    { code: '23503', constraint: 'error_clip_parent_fkey' },
  ],
  ['syntax', 'selec 1', { code: '42601', position: '1', message: 'syntax error at or near "selec"' }],
  ['undefined table', 'select * from nowhere', { code: '42P01', position: '15' }],
  [
    'undefined column',
    'select titel from error_clip',
    { code: '42703', hint: expect.stringContaining('title') },
  ],
  ['a value of the wrong form', "select 'x'::uuid", { code: '22P02' }],
  ['two statements at once', 'select 1; select 2', { code: '42601' }],
  [
    'inside a function',
    'do $$ begin raise exception $x$no$x$; end $$',
    { code: 'P0001', where: expect.any(String) },
  ],
]
test.each(cases)('%s', async (_name, text, fields) => {
  const error = await sql.query(text).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(NeonDbError)
  expect(error).toMatchObject(fields)
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
})

test('a parameter of the wrong form', async () => {
  await expect(sql`select ${'x'}::int4`).rejects.toMatchObject({ code: '22P02' })
})
