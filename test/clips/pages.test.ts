/** Pages: by its cursors each list has every clip once and in order, however its clips lie and whatever comes and goes. */
import { sql, type SQL } from 'drizzle-orm'
import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { beforeEach, describe, expect, it } from 'vitest'
import { asAdmin, database, emptyLibrary } from '../support/api.ts'
import { deleteRow } from '../support/clipRows.ts'
import {
  insertListed,
  listedClip,
  walkPages,
  withConstants,
  type ListedClip,
} from '../support/listedClips.ts'

beforeEach(emptyLibrary)

const orders = {
  newest: sql`created_at desc, id desc`,
  oldest: sql`created_at, id`,
  popular: sql`play_count desc, id desc`,
  trending: sql`trend desc, id desc`,
  title: sql`folded_words(title) collate "C", id`,
  duration: sql`coalesce(duration, 'infinity'), id`,
} as const

/** The order of a search for `rain` that too many clips match for ranking. */
const broad = sql`case when folded_words(title) = 'rain' or folded_words(artist) = 'rain' then 1
  when concat_ws(' ', title, artist) ~* '\\yrain\\y' then 2 else 3 end, play_count desc, id desc`

const isRain = sql`concat_ws(' ', title, artist, description) ~* '\\yrain\\y'`
const isPublic = sql`visibility = 'public'`

type List = { query: string; has: SQL; order: SQL; headers: HeadersInit }
const listOf = (query: string, has: SQL, order: SQL, headers: HeadersInit = {}): List => ({
  query,
  has,
  order,
  headers,
})

const listsWith = (query: string, order: SQL) => [
  listOf(query, isPublic, order),
  listOf(`${query}&genre=rare`, sql`${isPublic} and genre = 'rare'`, order),
  listOf(`${query}&min_duration=3.5`, sql`duration >= 3.5`, order, asAdmin),
  listOf(`${query}&search=rain`, sql`${isPublic} and ${isRain}`, order),
  listOf(
    `${query}&search=rain+-drum&max_duration=5`,
    sql`${isPublic} and ${isRain} and title !~* 'drum' and duration <= 5`,
    order,
  ),
]

const byRelevance = [
  listOf('search=rain', sql`${isPublic} and ${isRain}`, broad),
  listOf('search=rain&genre=rare', sql`${isPublic} and ${isRain} and genre = 'rare'`, broad),
  listOf('search=rain&min_duration=3.5', sql`${isRain} and duration >= 3.5`, broad, asAdmin),
]

const cases: [sort: string, lists: List[]][] = [
  ...Object.entries(orders).map(([sort, order]): [string, List[]] => [
    sort,
    listsWith(`sort=${sort}`, order),
  ]),
  ['relevance', byRelevance],
]

async function idsInOrder({ has, order }: List): Promise<string[]> {
  const { rows } = await database().execute(sql`select id from clips where ${has} order by ${order}`)
  return rows.map(({ id }) => String(id))
}

/** Every budget is so small that some sixty clips need all of them, and no search is ranked: its order is that of its tiers. */
async function withSmallBudgets(work: () => Promise<void>): Promise<void> {
  const budgets = {
    more_steps: 1,
    max_near_steps: 6,
    leaf_steps: 4,
    few_clips: 2,
    cell_clips: 2,
    max_pages: 80,
  }
  await withConstants('find_clips', budgets, async () => {
    await withConstants('search_clips', { ranked: 0 }, work)
  })
}

const start = Date.UTC(2026, 0, 1)
/** Some share a cell, and some have letters behind the one that they share it by. */
const titles = 'Rain|rain|Heavy Rain|Rain Drum|Drum|!|?|a|a b|a 1|a1z|a2a|1b|2a|z|ä|éa|к|ка|雨|雨a|花z'.split(
  '|',
)
const clip: fc.Arbitrary<ListedClip> = fc
  .record({
    id: fc.uuid({ version: 7 }),
    title: fc.constantFrom(...titles),
    artist: fc.constantFrom(null, 'Rain', 'Sun', 'Rain Men'),
    genre: fc.constantFrom('rare', 'common', 'common', null),
    description: fc.constantFrom(null, 'In the rain.'),
    visibility: fc.constantFrom('public', 'public', 'public', 'private'),
    duration: fc.constantFrom(null, 0.001, 1, 1.024, 2.048, 3.5, 4.096, 5, 600),
    plays: fc.oneof(fc.constantFrom(0, 1, 3, 7), fc.nat(1000)),
    trend: fc.oneof(
      fc.constantFrom(0, 800, 801.5),
      fc.integer({ min: 0, max: 9_000_000 }).map((n) => n / 10_000),
    ),
    // Some at once, some within hours, some within years.
    created: fc
      .oneof(fc.constantFrom(0, 31_999, 32_000), fc.nat(10_000_000), fc.nat(70_000_000_000))
      .map((ms) => new Date(start - ms).toISOString()),
  })
  .map(listedClip)

const library = fc.uniqueArray(clip, { minLength: 30, maxLength: 60, selector: ({ id }) => id })
const action = fc.oneof(fc.record({ insert: clip }), fc.record({ remove: fc.nat() }))
type Action = { insert: ListedClip } | { remove: number }

/** Walks a list while actions come between its pages. Every clip that stays must be there once, in order. */
async function expectExactPages(one: List, size: number, clips: ListedClip[], actions: Action[]) {
  await emptyLibrary()
  await insertListed(clips)
  const staying = clips.map(({ id }) => id)
  const rest = [...actions]
  const walked = await walkPages(one.query, size, one.headers, async () => {
    const next = rest.shift()
    if (!next) return
    if ('insert' in next) await insertListed([{ ...next.insert, id: uuidv7() }])
    else await deleteRow(database(), staying.splice(next.remove % staying.length, 1)[0] ?? '')
  })
  const stayed = (ids: string[]) => ids.filter((id) => staying.includes(id))
  expect(stayed(walked), one.query).toEqual(stayed(await idsInOrder(one)))
  expect(new Set(walked).size, one.query).toBe(walked.length)
}

/** Shrinking a library takes minutes. */
const runs = { numRuns: 2, endOnFailure: true }
const limit = fc.integer({ min: 1, max: 7 })

describe('pages', () => {
  it.each(cases)('by %s have each clip once, in order', async (_, lists) => {
    await withSmallBudgets(async () => {
      const property = fc.asyncProperty(limit, library, async (size, clips) => {
        for (const one of lists) await expectExactPages(one, size, clips, [])
      })
      await fc.assert(property, runs)
    })
  })

  it.each(cases)('by %s have each clip once that stays', async (_, lists) => {
    const actions = fc.array(action, { minLength: 8, maxLength: 20 })
    await withSmallBudgets(async () => {
      const property = fc.asyncProperty(limit, library, actions, async (size, clips, steps) => {
        for (const one of lists) await expectExactPages(one, size, clips, steps)
      })
      await fc.assert(property, runs)
    })
  })
})

describe('a large library', () => {
  /** A clip each minute. All orders but `oldest` end where it begins. */
  const sparse = (genreOf: (n: number) => string | null) =>
    Array.from({ length: 2000 }, (_, n) =>
      listedClip({
        title: `${String.fromCodePoint(97 + (n % 26))}${n % 10} ${n}`,
        genre: genreOf(n),
        duration: 2000 - n,
        plays: n,
        trend: n / 4,
        created: new Date(start + n * 60_000).toISOString(),
      }),
    )

  it.each<[string, (n: number) => boolean]>([
    ['the first 300', (n) => n < 300],
    ['two blocks of 300', (n) => n < 300 || n >= 1700],
    ['each 150th', (n) => n % 150 === 0],
    ['each 8th', (n) => n % 8 === 0],
    ['the last', (n) => n === 1999],
  ])('has the genre of %s on its pages', async (_, isRare) => {
    await insertListed(sparse((n) => (isRare(n) ? 'rare' : null)))
    for (const [sort, order] of Object.entries(orders)) {
      const has = sql`genre = 'rare'`
      const walked = await walkPages(`sort=${sort}&genre=rare`, 100)
      expect(walked, sort).toEqual(await idsInOrder(listOf('', has, order)))
    }
  })
})
