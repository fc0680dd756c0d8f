/** What searches, filters, orders and facets find. */
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asAdmin, bearer, call, database, emptyLibrary, expectProblem, makeKey } from '../support/api.ts'
import { deleteRow, editRow } from '../support/clipRows.ts'
import { insertListed, listedClip, type ListedClip } from '../support/listedClips.ts'

const Page = z.object({ items: z.array(z.object({ title: z.string() })) })

async function titles(query: string, headers: HeadersInit = {}): Promise<string[]> {
  const response = await call(`/api/clips?${query}`, { headers })
  expect(response.status, query).toBe(200)
  return Page.parse(await response.json()).items.map(({ title }) => title)
}

const find = async (search: string) => await titles(new URLSearchParams({ search }).toString())

describe('a search', () => {
  const library: Partial<ListedClip>[] = [
    { title: 'Halo', artist: 'Beyoncé', tags: ['r&b'], genre: 'pop' },
    { title: 'Straße nach Łódź' },
    { title: 'Don’t Stop' },
    { title: 'Thunderstorm at Night', description: 'Recorded from a balcony.' },
    { title: 'Rivers and Bells', genre: 'nature' },
    { title: 'Orchestral Suite' },
    { title: 'Back in Black', artist: 'AC⚡DC' },
    { title: 'Old School', genre: 'hip-hop' },
    { title: '東京・大阪', artist: 'ジョン・レノン' },
    { title: '東京タワーの夜' },
    { title: 'เพลงฝนตก' },
    { title: '빗소리 모음' },
    { title: 'Moon over the lake' },
    { title: 'Lake over the moon' },
    { title: 'Ｆｕｌｌ Ｗｉｄｔｈ ﬁre' },
    { title: 'Valve Noise' },
    { title: 'Mikrofon W1' },
    { title: 'Cat' },
  ]

  beforeAll(async () => {
    await emptyLibrary()
    await insertListed(library.map(listedClip))
  })

  it.each<[kind: string, search: string, found: string[]]>([
    ['accents', 'beyonce', ['Halo']],
    ['accents', 'BEYONCÉ halo', ['Halo']],
    ['letters', 'strasse lodz', ['Straße nach Łódź']],
    ['apostrophes', 'dont stop', ['Don’t Stop']],
    ['apostrophes', "don't", ['Don’t Stop']],
    ['full width', 'full width fire', ['Ｆｕｌｌ Ｗｉｄｔｈ ﬁre']],
    ['a letter missing', 'thundrstorm', ['Thunderstorm at Night']],
    ['a letter more', 'thunderrstorm', ['Thunderstorm at Night']],
    ['another letter', 'thunderstarm', ['Thunderstorm at Night']],
    ['two letters exchanged', 'thudnerstorm', ['Thunderstorm at Night']],
    ['two errors', 'thundrstorn', ['Thunderstorm at Night']],
    ['an error in a short word', 'bkack', ['Back in Black']],
    ['two errors in a short word', 'bxxck', []],
    ['an error in three letters', 'cot', ['Cat']],
    ['an error in two letters', 'cx', []],
    ['a beginning', 'thund', ['Thunderstorm at Night']],
    ['a beginning of the last word', 'back in bla', ['Back in Black']],
    ['a stem', 'bell river', ['Rivers and Bells']],
    ['a stem', 'recording', ['Thunderstorm at Night']],
    ['a phrase', '"over the moon"', ['Lake over the moon']],
    ['a phrase that is not there', '"the over moon"', []],
    ['an exclusion', 'moon -"the moon"', ['Moon over the lake']],
    ['an exclusion', 'black -back', []],
    ['an exclusion of a phrase', 'moon -"hip-hop moon"', ['Moon over the lake', 'Lake over the moon']],
    [
      'an exclusion of nothing but a phrase',
      '-"over the moon"',
      library.map(({ title = '' }) => title).filter((title) => title !== 'Lake over the moon'),
    ],
    [
      'an exclusion of words of a phrase elsewhere',
      'lake -"moon lake"',
      ['Moon over the lake', 'Lake over the moon'],
    ],
    ['an or', '"don’t stop" or halo', ['Halo', 'Don’t Stop']],
    ['an or without an end', 'halo or', ['Halo']],
    ['a compound', 'hiphop', ['Old School']],
    ['a compound', 'hip hop', ['Old School']],
    ['a compound', 'hip-hop', ['Old School']],
    ['signs', 'acdc', ['Back in Black']],
    ['signs', 'AC/DC', ['Back in Black']],
    ['signs', 'r&b', ['Halo']],
    ['Chinese letters', '東京', ['東京・大阪', '東京タワーの夜']],
    ['Chinese letters', '大阪', ['東京・大阪']],
    ['Chinese letters in another order', '京東', []],
    ['Kana of a name', 'レノン', ['東京・大阪']],
    ['Hiragana for Katakana', 'たわー', ['東京タワーの夜']],
    ['a phrase of Japanese', '"東京タワー"', ['東京タワーの夜']],
    ['Thai', 'ฝน', ['เพลงฝนตก']],
    ['Korean', '빗소리', ['빗소리 모음']],
    ['mixed scripts', 'halo Beyoncé 東京 or halo', ['Halo']],
    ['words like the places of words', 'valve "w1"', []],
    ['words like the places of words', 'mikrofon w1', ['Mikrofon W1']],
    ['nothing but marks', 'ʻ', library.map(({ title = '' }) => title)],
  ])('finds %s: %s', async (_, search, found) => {
    expect(new Set(await find(search))).toEqual(new Set(found))
  })
})

it('takes letters that fold to many', async () => {
  await emptyLibrary()
  // 18 characters each (Unicode, NFKC).
  const long = 'ﷺ'.repeat(200)
  await insertListed([listedClip({ title: long, artist: long })])
  expect(await titles(`artist=${encodeURIComponent(long)}`)).toEqual([long])
  expect(await titles('sort=title')).toEqual([long])
  expect(await find(long)).toEqual([long])
  expect(await find('ﷺ'.repeat(113))).toEqual([long])
})

describe('filters and orders', () => {
  let mine = { id: '', key: '' }

  beforeAll(async () => {
    await emptyLibrary()
    const { key, id } = await makeKey(['read'])
    mine = { id, key }
    const rows: Partial<ListedClip>[] = [
      {
        title: 'b',
        artist: 'Beyoncé',
        license: 'CC0-1.0',
        duration: 30,
        plays: 5,
        trend: 1,
        description: 'rain',
      },
      { title: 'A', artist: 'BEYONCE', license: 'cc0-1.0', duration: 1.5, plays: 5, trend: 2 },
      { title: 'c 10', artist: 'Beyoncé Band', license: 'CC-BY-4.0', duration: null, plays: 9, trend: 0 },
      { title: 'c 9', genre: 'pop', duration: 30, plays: 0, trend: 2, description: 'rain' },
      { title: 'É', genre: 'pop', duration: null, owner: mine.id, plays: 1 },
      { title: 'own', duration: 7, owner: mine.id, visibility: 'private', plays: 2, description: 'rain' },
      { title: 'hidden', duration: 8, visibility: 'private', plays: 3, description: 'rain' },
    ]
    const created = (n: number) => new Date(Date.UTC(2026, 0, 1 + Math.floor(n / 2))).toISOString()
    await insertListed(rows.map((row, n) => listedClip({ ...row, created: created(n) })))
  })

  it.each<[query: string, found: string[]]>([
    ['artist=beyonce', ['A', 'b']],
    ['artist=BEYONC%C3%89', ['A', 'b']],
    ['artist=beyonce+band', ['c 10']],
    ['artist=beyonc', []],
    ['license=CC0-1.0', ['A', 'b']],
    ['license=cc0-1.0', ['A', 'b']],
    ['license=CC0', []],
    ['min_duration=30', ['c 9', 'b']],
    ['min_duration=1.5&max_duration=29.9', ['A']],
    ['max_duration=1.49', []],
    ['max_duration=999999999', ['c 9', 'A', 'b']],
    ['visibility=public', ['É', 'c 9', 'c 10', 'A', 'b']],
    ['visibility=private', []],
    ['search=rain&min_duration=10&sort=newest', ['c 9', 'b']],
    ['search=rain&genre=pop', ['c 9']],
    ['search=rain&artist=beyonce&license=cc0-1.0&max_duration=30', ['b']],
    ['sort=newest', ['É', 'c 9', 'c 10', 'A', 'b']],
    ['sort=oldest', ['b', 'A', 'c 10', 'c 9', 'É']],
    ['sort=popular', ['c 10', 'A', 'b', 'É', 'c 9']],
    ['sort=trending', ['c 9', 'A', 'b', 'É', 'c 10']],
    ['sort=title', ['A', 'b', 'c 10', 'c 9', 'É']],
    ['sort=duration', ['A', 'b', 'c 9', 'c 10', 'É']],
    ['sort=relevance', ['É', 'c 9', 'c 10', 'A', 'b']],
  ])('%s', async (query, found) => {
    expect(await titles(query)).toEqual(found)
  })

  it.each<[query: string, found: string[]]>([
    ['owner=me', ['own', 'É']],
    ['owner=me&visibility=private', ['own']],
    ['visibility=private', ['own']],
    ['search=rain&sort=oldest', ['b', 'c 9', 'own']],
  ])('%s with a key', async (query, found) => {
    expect(await titles(query, bearer(mine.key))).toEqual(found)
  })

  it.each<[query: string, found: string[]]>([
    ['visibility=private', ['hidden', 'own']],
    ['owner=me&visibility=private', ['hidden']],
    ['min_duration=7&max_duration=8', ['hidden', 'own']],
  ])('%s of the admin', async (query, found) => {
    expect(await titles(query, asAdmin)).toEqual(found)
  })

  it('needs a key for owner=me', async () => {
    await expectProblem(await call('/api/clips?owner=me'), 401, 'unauthorized')
    await expectProblem(await call('/api/clips/facets?owner=me'), 401, 'unauthorized')
  })

  it.each([
    ['min_duration', 'x'],
    ['min_duration', '-1'],
    ['min_duration', '1e3'],
    ['max_duration', ''],
    ['max_duration', '1.'],
    ['owner', 'you'],
    ['visibility', 'all'],
    ['artist', ''],
    ['license', 'x'.repeat(101)],
    ['q', 'rain'],
  ])('%s=%s is refused', async (parameter, value) => {
    for (const path of ['/api/clips', '/api/clips/facets']) {
      const problem = await expectProblem(await call(`${path}?${parameter}=${value}`), 422, 'invalid-fields')
      expect(problem.errors).toMatchObject([{ parameter }])
    }
  })

  it('sort=up is refused', async () => {
    const problem = await expectProblem(await call('/api/clips?sort=up'), 422, 'invalid-fields')
    expect(problem.errors).toMatchObject([{ parameter: 'sort' }])
  })

  it.each(['sort=newest', 'cursor=x', 'limit=5'])('facets refuse %s', async (query) => {
    const problem = await expectProblem(await call(`/api/clips/facets?${query}`), 422, 'invalid-fields')
    expect(problem.errors).toMatchObject([{ parameter: query.split('=')[0] }])
  })
})

const Counts = z.array(z.object({ value: z.string(), count: z.number() }))
const Facets = z.object({
  total: z.number(),
  is_lower_bound: z.boolean(),
  genres: Counts,
  tags: Counts,
  licenses: Counts,
})

async function facets(query: string, headers: HeadersInit = {}) {
  const response = await call(`/api/clips/facets?${query}`, { headers })
  expect(response.status, query).toBe(200)
  return Facets.parse(await response.json())
}

type Counted = Pick<ListedClip, 'id' | 'genre' | 'tags' | 'license' | 'visibility'>

function countAll(clips: Counted[]) {
  const count = (values: (string | null)[]) => {
    const groups = Object.entries(Object.groupBy(values, (value) => value ?? ''))
    const counted = groups.map(([value, all]) => ({ value, count: all?.length ?? 0 }))
    return counted
      .filter(({ value }) => value !== '')
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  }
  return {
    total: clips.length,
    is_lower_bound: false,
    genres: count(clips.map(({ genre }) => genre)),
    tags: count(clips.flatMap(({ tags }) => tags)),
    licenses: count(clips.map(({ license }) => license)),
  }
}

describe('facets', () => {
  beforeEach(emptyLibrary)

  const counted = fc.record({
    genre: fc.constantFrom(null, 'pop', 'rock'),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
    license: fc.constantFrom(null, 'CC0-1.0', 'CC-BY-4.0'),
    visibility: fc.constantFrom('public', 'private'),
  })
  const step = fc.oneof(
    fc.record({ insert: fc.array(counted, { maxLength: 4 }) }),
    fc.record({ edit: fc.nat(), to: counted }),
    fc.record({ remove: fc.nat() }),
    fc.constant('truncate' as const),
  )
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

  async function take(clips: Counted[], next: Step): Promise<Counted[]> {
    if (next === 'truncate') {
      await database().execute(sql`truncate clips cascade`)
      return []
    }
    if ('insert' in next) {
      const inserted = next.insert.map((values) => listedClip({ ...values, id: uuidv7() }))
      await insertListed(inserted)
      return [...clips, ...inserted]
    }
    const one = clips[('edit' in next ? next.edit : next.remove) % clips.length]
    if (!one) return clips
    if ('edit' in next) await editRow(database(), one.id, next.to)
    else await deleteRow(database(), one.id)
    const others = clips.filter((clip) => clip !== one)
    return 'edit' in next ? [...others, { ...one, ...next.to }] : others
  }

  it('are what a count finds, after any steps, kept or counted', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      await emptyLibrary()
      let clips: Counted[] = []
      for (const next of steps) clips = await take(clips, next)
      const visible = clips.filter(({ visibility }) => visibility === 'public')
      expect(await facets('')).toEqual(countAll(visible))
      expect(await facets('visibility=public')).toEqual(countAll(visible))
      expect(await facets('', asAdmin)).toEqual(countAll(clips))
      expect(await facets('genre=pop&tag=a')).toEqual(
        countAll(visible.filter(({ genre, tags }) => genre === 'pop' && tags.includes('a'))),
      )
      const { rows } = await database().execute(sql`select count(*)::int as kept from facet_counts`)
      const { genres, tags, licenses } = countAll(visible)
      expect(rows).toEqual([{ kept: genres.length + tags.length + licenses.length }])
    })
    await fc.assert(property, { numRuns: 25, endOnFailure: true })
  })

  it('count what a search finds, and nothing private', async () => {
    const words: Partial<ListedClip>[] = [
      { title: 'Rain', genre: 'pop', duration: 5 },
      { title: 'Heavy Rain', genre: 'rock', duration: 50 },
      { title: 'Rain at home', genre: 'rock', visibility: 'private' },
      { title: 'Sun', genre: 'rock' },
    ]
    await insertListed(words.map(listedClip))
    expect(await facets('search=rain')).toMatchObject({ total: 2 })
    expect((await facets('search=rian')).genres).toEqual(
      Counts.parse([
        { value: 'pop', count: 1 },
        { value: 'rock', count: 1 },
      ]),
    )
    expect(await facets('search=rain&min_duration=10')).toMatchObject({ total: 1, tags: [] })
    expect(await facets('search=rain', asAdmin)).toMatchObject({ total: 3 })
  })
})

describe('the vocabulary', () => {
  beforeEach(emptyLibrary)

  const words = async () => {
    const { rows } = await database().execute(sql`select word from words order by word`)
    return rows.map(({ word }) => word)
  }

  it('follows edits and deletions', async () => {
    const [one, other] = [listedClip({ title: 'Gramophone' }), listedClip({ title: 'Gramophone shop' })]
    await insertListed([one, other])
    expect(await find('gramofone')).toHaveLength(2)
    await editRow(database(), one.id, { title: 'Harpsichord' })
    expect(await find('gramofone')).toEqual(['Gramophone shop'])
    expect(await find('harpsicord')).toEqual(['Harpsichord'])
    await deleteRow(database(), other.id)
    expect(await find('gramofone')).toEqual([])
    expect(await words()).toEqual(['harpsichord'])
  })

  it('does not correct to a word that no clip has any more', async () => {
    const gone = listedClip({ title: 'Marimbas' })
    await insertListed([gone, listedClip({ title: 'Marimboa' })])
    expect(await find('marimbaa')).toHaveLength(2)
    await deleteRow(database(), gone.id)
    expect(await find('marimbaa')).toEqual(['Marimboa'])
  })

  it('is empty after a truncate', async () => {
    await insertListed([listedClip({ title: 'Gramophone' })])
    await database().execute(sql`truncate clips cascade`)
    expect(await words()).toEqual([])
  })
})
