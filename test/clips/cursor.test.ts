/** Cursors are opaque, but anyone can make one: any cursor is a page or a 400. */
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  date,
  nat,
  oneof,
  record,
  string,
  tuple,
  uuid,
} from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, uploaded } from '../support/api.ts'

const sorts = ['newest', 'oldest', 'popular', 'trending', 'title', 'duration'] as const
/** Version, fingerprint, tier, value, id, start, spellings. */
const Content = z.tuple([z.literal(2), z.string(), z.number(), z.string(), z.string(), z.string(), z.null()])
/** What a cursor of each order holds. The fingerprint depends on the query alone, so every cursor has the same. */
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

/** Asks for the page after an invented place. */
async function pageAfter(sort: string, value: string, id?: string): Promise<Response> {
  const [version, fingerprint, tier, , itsId, startedAt, spellings] = contents.get(sort) ?? []
  const json = JSON.stringify([version, fingerprint, tier, value, id ?? itsId, startedAt, spellings])
  const cursor = new TextEncoder().encode(json).toBase64({ alphabet: 'base64url', omitPadding: true })
  return await call(`/api/clips?sort=${sort}&cursor=${cursor}`)
}

const page = async (query: string, headers: HeadersInit = {}) =>
  z
    .object({ next_cursor: z.string().nullable() })
    .parse(await (await call(`/api/clips?${query}`, { headers })).json())

describe('a cursor', () => {
  it.each([
    ['of another query', async () => `genre=nature&cursor=${(await page('limit=1')).next_cursor}`],
    ['of the admin, for others,', async () => `cursor=${(await page('limit=1', asAdmin)).next_cursor}`],
    ['garbled', async () => 'cursor=@@@'],
    ['not JSON', async () => 'cursor=AAAA'],
    ['of another shape', async () => `cursor=${btoa('["a"]').replaceAll('=', '')}`],
    [
      'with an invalid time',
      async () => {
        const cursor = (await page('limit=1')).next_cursor ?? ''
        const content = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
        const bent = content.replace(/"\d{4}-[^"]+"/, '"yesterday-ish"')
        return `cursor=${btoa(bent).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')}`
      },
    ],
  ])('%s is refused', async (_, query) => {
    await expectProblem(await call(`/api/clips?${await query()}`), 400, 'bad-cursor')
  })

  it.each([
    ['another order', async () => `sort=trending&cursor=${(await page('sort=popular&limit=1')).next_cursor}`],
    ['the default order', async () => `cursor=${(await page('sort=popular&limit=1')).next_cursor}`],
  ])('of one order is refused for %s', async (_, query) => {
    await expectProblem(await call(`/api/clips?${await query()}`), 400, 'bad-cursor')
  })

  it.each([
    ['version', [1]],
    ['tier', [0, 0, 12]],
    ['tier', [0, 0, -1]],
    ['tier of another order', [0, 0, 1]],
    ['value', [0, 0, 0, '1.5e3000']],
    ['value', [0, 0, 0, '-1']],
    ['value', [0, 0, 0, 'NaN']],
    ['value', [0, 0, 0, 'Infinity']],
    ['id', [0, 0, 0, 0, 'x']],
    ['start', [0, 0, 0, 0, 0, 'yesterday']],
    ['list of spellings', [0, 0, 0, 0, 0, 0, [[1]]]],
    ['number of spellings', [0, 0, 0, 0, 0, 0, Array.from({ length: 99 }, () => ['rain'])]],
  ])('with an invalid %s is refused: %j', async (_, bent) => {
    const cursor = (await page('sort=trending&limit=1')).next_cursor ?? ''
    const content = z.array(z.unknown()).parse(JSON.parse(atob(cursor)))
    const json = JSON.stringify(content.map((part, n) => bent[n] || part))
    const response = await call(`/api/clips?sort=trending&cursor=${btoa(json).replaceAll('=', '')}`)
    await expectProblem(response, 400, 'bad-cursor')
  })
})

/** A cursor of a search, with some parts replaced. */
async function bendCursor(bent: unknown[]): Promise<string> {
  const cursor = (await page('search=one+or+two&limit=1')).next_cursor ?? ''
  const content = z.array(z.unknown()).parse(JSON.parse(atob(cursor)))
  const json = JSON.stringify(content.map((part, n) => bent[n] ?? part))
  return `search=one+or+two&cursor=${btoa(json).replaceAll('=', '')}`
}

describe('an invented cursor of a search', () => {
  it.each([4, 5, 6, 7, 8, 9, 10, 11])(
    'shows nothing in the tier %d, which the search has not',
    async (tier) => {
      await uploaded(fixture('opus.opus'), { title: 'Hidden', visibility: 'private' })
      const response = await call(`/api/clips?${await bendCursor([2, undefined, tier, '9'.repeat(9)])}`)
      expect(await response.json()).toEqual({ items: [], next_cursor: null })
    },
  )

  it.each(['', ' \0', '\ud800'])('with the spelling %j is refused', async (spelling) => {
    const query = await bendCursor([2, undefined, 0, undefined, undefined, undefined, [[spelling], []]])
    await expectProblem(await call(`/api/clips?${query}`), 400, 'bad-cursor')
  })
})

describe('a time in a cursor', () => {
  it.each(['0001-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
    '%s is valid',
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
  ])('%j is not valid', async (time) => {
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
  // Most are times, and some are almost times.
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
