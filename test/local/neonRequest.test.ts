/** The Neon endpoint over plain HTTP: its wire format, and requests that the driver would not send. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionString, startEndpoint } from './startEndpoint.ts'

let endpoint: Awaited<ReturnType<typeof startEndpoint>>
beforeAll(async () => {
  endpoint = await startEndpoint()
}, 60_000)
afterAll(() => endpoint.stop())

const driverHeaders = {
  'neon-connection-string': connectionString,
  'neon-raw-text-output': 'true',
  'neon-array-mode': 'true',
}
const post = (body: string, headers: Record<string, string> = driverHeaders) =>
  fetch(endpoint.url, { method: 'POST', headers, body })
const without = (name: string) =>
  Object.fromEntries(Object.entries(driverHeaders).filter(([key]) => key !== name))

test('a single query returns text values in arrays', async () => {
  const response = await post(
    '{"query":"select $1::int4 as a, $2::boolean as b, null as c","params":[1,true]}',
  )
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual({
    command: 'SELECT',
    rowCount: 1,
    rowAsArray: true,
    rows: [['1', 't', null]],
    fields: [
      { name: 'a', dataTypeID: 23 },
      { name: 'b', dataTypeID: 16 },
      { name: 'c', dataTypeID: 25 },
    ],
  })
})

test('a batch returns its results in order', async () => {
  const response = await post('{"queries":[{"query":"select 1"},{"query":"select 2","params":[]}]}')
  expect(await response.json()).toMatchObject({ results: [{ rows: [['1']] }, { rows: [['2']] }] })
})

describe('malformed requests', () => {
  const query = '{"query":"select 1","params":[]}'
  const cases: [string, string, Record<string, string>?][] = [
    ['no body', ''],
    ['a body that is not JSON', '{"query":'],
    ['a body that is a string', '"select 1"'],
    ['no query', '{"params":[]}'],
    ['a query that is a number', '{"query":1}'],
    ['params that are an object', '{"query":"select 1","params":{}}'],
    ['a param that is an object', '{"query":"select $1","params":[{}]}'],
    ['queries that are an object', '{"queries":{}}'],
    ['a batch with an invalid query', '{"queries":[{"query":"select 1"},{}]}'],
    ['no connection string', query, without('neon-connection-string')],
    ['no header for raw text', query, without('neon-raw-text-output')],
    ['rows as objects', query, { ...driverHeaders, 'neon-array-mode': 'false' }],
    ['an unknown isolation level', query, { ...driverHeaders, 'neon-batch-isolation-level': 'Chaos' }],
    ['an unknown read-only value', query, { ...driverHeaders, 'neon-batch-read-only': 'yes' }],
  ]
  test.each(cases)('%s is a 400', async (_name, body, headers) => {
    const response = await post(body, headers)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message: expect.stringMatching(/./) })
  })
})

test('another path is a 404', async () => {
  const response = await fetch(new URL('/', endpoint.url), { method: 'POST', body: '{}' })
  expect(response.status).toBe(404)
})

test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is a 405', async (method) => {
  const response = await fetch(endpoint.url, { method })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('POST')
})

test('a body of more than 10 MiB is a 413, and the next query succeeds', async () => {
  const response = await post(JSON.stringify({ query: 'select $1', params: ['x'.repeat(10 * 1024 * 1024)] }))
  expect(response.status).toBe(413)
  expect((await post('{"query":"select 1"}')).status).toBe(200)
})
