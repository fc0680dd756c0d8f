/** Cursors are opaque, but anyone can make one: whatever is in it, it is a page or a 400. */
import {
  array,
  asyncProperty,
  assert,
  constantFrom,
  date,
  nat,
  oneof,
  record,
  string,
  tuple,
  uuid,
  type Arbitrary,
} from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { call, emptyLibrary, expectProblem, fixture, uploaded } from './api.ts'

const sorts = ['newest', 'popular', 'trending'] as const
const Content = z.tuple([z.string(), z.string(), z.string()])
/** What a cursor of each order holds; its fingerprint is of the query alone, and so the same in every one. */
const contents = new Map<string, z.output<typeof Content>>()

beforeAll(async () => {
  await emptyLibrary()
  for (const title of ['One', 'Two']) await uploaded(fixture('opus.opus'), { title })
  for (const sort of sorts) {
    const response = await call(`/api/clips?sort=${sort}&limit=1`)
    const { next_cursor: cursor } = z.object({ next_cursor: z.string() }).parse(await response.json())
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: 'base64url' })
    contents.set(sort, Content.parse(JSON.parse(new TextDecoder().decode(bytes))))
  }
})

/** Asks for the page after a place of one's own invention. */
async function pageAfter(sort: string, value: string, id?: string): Promise<Response> {
  const [, itsId, fingerprint] = contents.get(sort) ?? []
  const json = JSON.stringify([value, id ?? itsId, fingerprint])
  const cursor = new TextEncoder().encode(json).toBase64({ alphabet: 'base64url', omitPadding: true })
  return await call(`/api/clips?sort=${sort}&cursor=${cursor}`)
}

describe('a time in a cursor', () => {
  it.each(['0001-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
    '%s is one',
    async (time) => {
      expect((await pageAfter('newest', time)).status).toBe(200)
    },
  )

  it.each([
    '0000-01-01T00:00:00Z',
    '0000-01-01T00:00:00.000Z',
    `2026-01-01T00:00:00.${'0'.repeat(200)}Z`,
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000000Z',
    '2026-01-01T00:00:00.000',
    '2026-01-01T00:00:00.000+00:00',
    '2023-02-29T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-01-01T24:00:00.000Z',
    '2026-01-01T23:59:60.000Z',
    '+02026-01-01T00:00:00.000Z',
    '10000-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.000Z\n',
    'infinity',
    '',
  ])('%j is none', async (time) => {
    await expectProblem(await pageAfter('newest', time), 400, 'bad-cursor')
  })
})

describe('any cursor of the right shape', () => {
  const digits = array(nat(9), { maxLength: 25 }).map((all) => all.join(''))
  const fraction = oneof(
    constantFrom('', '.000', `.${'9'.repeat(200)}`),
    digits.map((all) => `.${all}`),
  )
  const padded = (most: number, length = 2) => nat(most).map((number) => String(number).padStart(length, '0'))
  // Most are times, and some just miss.
  const time = tuple(
    oneof(constantFrom('0000', '0001', '9999', '10000', '-0001'), padded(9999, 4)),
    padded(13),
    padded(31),
    padded(24),
    padded(60),
    padded(60),
    fraction,
  ).map(
    ([year, month, day, hour, minute, second, part]) =>
      `${year}-${month}-${day}T${hour}:${minute}:${second}${part}Z`,
  )
  const value: Arbitrary<string> = oneof(
    time,
    date({ noInvalidDate: true }).map((real) => real.toISOString()),
    digits,
    record({ whole: digits, part: digits }).map(({ whole, part }) => `${whole}.${part}`),
    string({ unit: 'binary' }),
    constantFrom('NaN', '-0', '1e400', '-infinity', 'now', 'epoch', '9'.repeat(18), '9'.repeat(19)),
  )
  const id = oneof(uuid(), string({ unit: 'binary' }), constantFrom('0'.repeat(32), `{${'0'.repeat(32)}}`))

  it('is a page or a 400', async () => {
    await assert(
      asyncProperty(
        constantFrom(...sorts),
        value,
        oneof(id, constantFrom(undefined)),
        async (sort, at, clip) => {
          const response = await pageAfter(sort, at, clip)
          expect([200, 400], await response.text()).toContain(response.status)
        },
      ),
      { numRuns: 500 },
    )
  })
})
