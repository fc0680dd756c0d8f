/** The Neon endpoint, driven by the real driver: it must get what Neon itself would answer. */
import { neon, NeonDbError } from '@neondatabase/serverless'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const sql = neon(connectionString)
let endpoint: Awaited<ReturnType<typeof startEndpoint>>
beforeAll(async () => {
  endpoint = await startEndpoint()
}, 60_000)
afterAll(() => endpoint.stop())

describe('results', () => {
  beforeAll(async () => {
    await sql`drop table if exists result_clip`
    await sql`create table result_clip (id int primary key, title text, seconds int)`
  })

  test('rows are objects by default', async () => {
    expect(await sql`select 1 as a, 'x' as b`).toEqual([{ a: 1, b: 'x' }])
  })
  test('array mode keeps two columns of the same name', async () => {
    expect(await sql.query('select 1 as a, 2 as a', [], { arrayMode: true })).toEqual([[1, 2]])
  })
  test('full results have command, row count and fields, also without rows', async () => {
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
  ])('the result has the command and the row count: %s', async (text, params, command, rowCount) => {
    const result = await sql.query(text, params, { fullResults: true })
    expect(result).toMatchObject({ command, rowCount, rows: [] })
  })

  test('parallel queries each get their own answer', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => sql`select ${n}::int4 as n`))
    expect(answers.map((rows) => rows[0]?.['n'])).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  test('a value of 5 MB comes back whole', async () => {
    const title = 'x'.repeat(5_000_000)
    const [row] = await sql`select ${title}::text as title`
    expect(row?.['title']).toBe(title)
  })
})

describe('values come back as they were sent', () => {
  const date = new Date('2026-11-22T10:00:00.123Z')
  const cases: [string, string, unknown, unknown?][] = [
    ['null', 'text', null],
    ['undefined', 'text', undefined, null],
    ['an empty string', 'text', ''],
    ['unicode', 'text', 'Grüße, 世界 🎧 \u0001 \\ " \' {}'],
    ['true', 'boolean', true],
    ['false', 'boolean', false],
    ['an int4', 'int4', -42],
    ['a float8', 'float8', 0.1],
    ['a float8 from an integer', 'float8', 1e21],
    ['a float4', 'float4', 1.5],
    ['NaN', 'float8', Number.NaN],
    ['an int8 from a bigint', 'int8', 9007199254740993n, '9007199254740993'],
    ['an int8 from a string', 'int8', '-9223372036854775808'],
    ['a numeric', 'numeric', '12345678901234567890.123456789'],
    ['a timestamptz', 'timestamptz', date],
    ['a timestamptz that is null', 'timestamptz', null],
    ['a uuid', 'uuid', '0199a6c2-0000-7000-8000-000000000001'],
    ['json', 'json', { a: [1, null, 'ü'], b: { c: true } }],
    ['jsonb', 'jsonb', { a: [1, null, 'ü'] }],
    ['a json string', 'json', '"text"', 'text'],
    ['a json null', 'json', 'null', null],
    ['text[]', 'text[]', ['rain', 'field,recording', 'say "hi"', 'back\\slash', '', 'NULL', '{}']],
    ['text[] with null', 'text[]', ['a', null]],
    ['an empty text[]', 'text[]', []],
    ['nested text[]', 'text[]', [['a'], ['b']]],
    ['int4[]', 'int4[]', [1, 2, 3]],
    ['int8[]', 'int8[]', ['1', '9007199254740993']],
    ['boolean[]', 'boolean[]', [true, false]],
    ['bytea', 'bytea', Buffer.from([0, 1, 127, 128, 255])],
    ['an empty bytea', 'bytea', Buffer.alloc(0)],
    ['an inet', 'inet', '127.0.0.1'],
    ['an interval', 'interval', '1 day', { days: 1 }],
  ]
  test.each(cases)('%s', async (_name, type, given, expected = given) => {
    const [row] = await sql.query(`select $1::${type} as value`, [given])
    expect(row?.['value']).toEqual(expected ?? null)
    const [nulled] = await sql.query(`select null::${type} as value`)
    expect(nulled).toEqual({ value: null })
  })

  test('values of an enum type, which the driver does not know, come back as text', async () => {
    await sql`drop type if exists driver_mood`
    await sql`create type driver_mood as enum ('calm', 'loud')`
    const [row] = await sql`select ${'calm'}::driver_mood as mood, array['loud']::driver_mood[] as moods`
    expect(row).toEqual({ mood: 'calm', moods: '{loud}' })
  })
})

describe('errors are NeonDbErrors with the fields of Postgres', () => {
  beforeAll(async () => {
    await sql`drop table if exists error_clip`
    await sql`create table error_clip (
      id int primary key, title text not null unique, seconds int check (seconds > 0), parent int references error_clip)`
    await sql`insert into error_clip values (1, 'first', 10)`
  })

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
    [
      'not-null violation',
      'insert into error_clip values (2)',
      { code: '23502', table: 'error_clip', column: 'title' },
    ],
    [
      'foreign key violation',
      "insert into error_clip values (2, 'b', 1, 99)",
      { code: '23503', constraint: 'error_clip_parent_fkey' },
    ],
    ['syntax error', 'selec 1', { code: '42601', position: '1', message: 'syntax error at or near "selec"' }],
    ['undefined table', 'select * from nowhere', { code: '42P01', position: '15' }],
    [
      'undefined column',
      'select titel from error_clip',
      { code: '42703', hint: expect.stringContaining('title') },
    ],
    ['invalid text for a type', "select 'x'::uuid", { code: '22P02' }],
    ['two statements in one query', 'select 1; select 2', { code: '42601' }],
    [
      'an error raised in a function',
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

  test('invalid text in a parameter', async () => {
    await expect(sql`select ${'x'}::int4`).rejects.toMatchObject({ code: '22P02' })
  })
})

describe('a batch is one transaction', () => {
  beforeAll(async () => {
    await sql`drop table if exists batch_play`
    await sql`create table batch_play (id int primary key deferrable initially deferred)`
  })
  beforeEach(() => sql`truncate batch_play`)

  const ids = async () => (await sql`select id from batch_play order by id`).map((row) => row['id'])
  const insert = (id: number) => sql`insert into batch_play values (${id})`

  test('it commits together, and each statement has its result', async () => {
    const results = await sql.transaction([
      insert(1),
      insert(2),
      sql`select count(*)::int4 as n from batch_play`,
    ])
    expect(results).toEqual([[], [], [{ n: 2 }]])
    expect(await ids()).toEqual([1, 2])
  })

  test('it rolls back together', async () => {
    await expect(sql.transaction([insert(1), sql`select 1 / 0`, insert(2)])).rejects.toMatchObject({
      code: '22012',
    })
    expect(await ids()).toEqual([])
  })

  test('an error of the commit rolls it back too', async () => {
    await expect(sql.transaction([insert(1), insert(1)])).rejects.toMatchObject({ code: '23505' })
    expect(await ids()).toEqual([])
  })

  test('an empty batch has no results', async () => {
    expect(await sql.transaction([])).toEqual([])
  })

  test('array mode and full results', async () => {
    const [result] = await sql.transaction([sql`select 2 as a`], { arrayMode: true, fullResults: true })
    expect(result).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [[2]] })
  })

  describe('options', () => {
    test.each([
      [undefined, 'read committed'],
      ['ReadUncommitted', 'read uncommitted'],
      ['ReadCommitted', 'read committed'],
      ['RepeatableRead', 'repeatable read'],
      ['Serializable', 'serializable'],
    ] as const)('isolation level %s', async (isolationLevel, level) => {
      const options = isolationLevel === undefined ? {} : { isolationLevel }
      const [rows] = await sql.transaction([sql`show transaction_isolation`], options)
      expect(rows).toEqual([{ transaction_isolation: level }])
    })

    test('read only', async () => {
      await expect(sql.transaction([insert(1)], { readOnly: true })).rejects.toMatchObject({ code: '25006' })
      await sql.transaction([insert(1)], { readOnly: false })
      expect(await ids()).toEqual([1])
    })

    test('deferrable', async () => {
      const [rows] = await sql.transaction([sql`show transaction_deferrable`], {
        isolationLevel: 'Serializable',
        readOnly: true,
        deferrable: true,
      })
      expect(rows).toEqual([{ transaction_deferrable: 'on' }])
    })
  })

  test('parallel batches do not mix', async () => {
    const batches = Array.from({ length: 20 }, (_, n) =>
      sql.transaction([insert(n), sql`select 1`, ...(n % 2 === 0 ? [sql`select 1 / 0`] : [sql`select 1`])]),
    )
    const outcomes = await Promise.allSettled([...batches, sql`select 1`])
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    expect(await ids()).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
  })

  // Over HTTP, one request is often finished before the next one is read. Direct calls start in the same tick.
  test('parallel transactions do not mix in the session of the database', async () => {
    const insertText = (id: number) => ({ text: `insert into batch_play values (${id})`, params: [] })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, n) => {
        const last = { text: n % 2 === 0 ? 'select 1 / 0' : 'select 1', params: [] }
        const options = { readOnly: false, deferrable: false }
        return await endpoint.database.transaction([insertText(n), last], options)
      }),
    )
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    expect(await ids()).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
  })

  test('a single query that begins a transaction does not affect later queries', async () => {
    await sql.query('begin')
    await insert(1)
    await sql.query('rollback')
    expect(await ids()).toEqual([1])
  })
})
