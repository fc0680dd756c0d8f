import { neon } from '@neondatabase/serverless'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionString, startEndpoint } from './startEndpoint.ts'

const sql = neon(connectionString)
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint()
}, 60_000)
afterAll(() => endpoint.stop())

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

test('a type made by a migration is text', async () => {
  await sql`drop type if exists driver_mood`
  await sql`create type driver_mood as enum ('calm', 'loud')`
  const [row] = await sql`select ${'calm'}::driver_mood as mood, array['loud']::driver_mood[] as moods`
  expect(row).toEqual({ mood: 'calm', moods: '{loud}' })
})
