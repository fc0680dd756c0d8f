/** What is measured: each entry calls a function of the product. */
import { desc, sql } from 'drizzle-orm'
import { clipOrders, selectClips, type ClipFilter, type ClipOrderName } from '../../../src/db/clipSearch.ts'
import { selectClip } from '../../../src/db/clips.ts'
import type { Database } from '../../../src/db/connection.ts'
import { selectLibraryFigures } from '../../../src/db/metrics.ts'
import { clips } from '../../../src/db/schema.ts'
import { selectClipStats, selectLibraryStats } from '../../../src/db/stats.ts'
import { agedNames, type Age } from '../library/aged.ts'
import { genres, tags } from '../library/catalogue.ts'
import type { GeneratedClip, Library } from '../library/generator.ts'
import { englishWords } from '../library/vocabulary.ts'

export type Scope = {
  db: Database
  library: Library
  /** A clip of the library: another one in each variant of a query. */
  known: GeneratedClip
}

export type NamedQuery = {
  name: string
  /** All that it sends is measured, apart from what `before` sends. */
  run: (scope: Scope, before: unknown) => Promise<unknown>
  before?: (scope: Scope) => Promise<unknown>
}

const everything: ClipFilter = { words: [], genre: undefined, tags: [], visible: 'public' }

const page =
  (order: ClipOrderName, filter: (scope: Scope) => Partial<ClipFilter> = () => ({})): NamedQuery['run'] =>
  async (scope) =>
    await selectClips(scope.db, { ...everything, ...filter(scope) }, order, undefined, 21)

const search = (name: string, words: (scope: Scope) => string[]): NamedQuery => ({
  name: `search: ${name}`,
  run: page('newest', (scope) => ({ words: words(scope) })),
})

const firstPage = (order: ClipOrderName): NamedQuery => ({ name: `${order}, first page`, run: page(order) })

const fromTheMiddle = (order: ClipOrderName): NamedQuery => ({
  name: `${order}, from the middle`,
  before: async ({ db, library }) => {
    const { value, text } = clipOrders[order]
    const middle = db.select({ value: text, id: clips.id }).from(clips).orderBy(desc(value), desc(clips.id))
    return (await middle.offset(Math.floor(library.clips / 2)).limit(1))[0]
  },
  run: async ({ db }, position) =>
    await selectClips(db, everything, order, isPosition(position) ? position : undefined, 21),
})

function isPosition(value: unknown): value is { value: string; id: string } {
  return typeof value === 'object' && value !== null && 'value' in value && 'id' in value
}

/** What a first version does, beside ours. */
const ilike = (name: string, words: (scope: Scope) => string[]): NamedQuery => ({
  name: `ILIKE: ${name}`,
  run: async (scope) => {
    const { title, description, artist } = clips
    const matches = words(scope).map((word) => {
      const pattern = `%${word}%`
      return sql`(${title} ilike ${pattern} or ${description} ilike ${pattern} or ${artist} ilike ${pattern})`
    })
    return await scope.db.execute(sql`select * from ${clips}
      where visibility = 'public' and ${sql.join(matches, sql` and `)} order by created_at desc, id desc limit 21`)
  },
})

const orders: ClipOrderName[] = ['newest', 'popular', 'trending']
const rareWord = englishWords[30_000] ?? ''
const titleWords = ({ known }: Scope) => known.title.split(' ').slice(0, 3)

/** On the even library and on the skewed one. */
export const queries: NamedQuery[] = [
  ...orders.map(firstPage),
  ...orders.map(fromTheMiddle),
  { name: 'genre, frequent', run: page('newest', () => ({ genre: genres[0] })) },
  { name: 'genre, rare', run: page('newest', () => ({ genre: genres.at(-1) })) },
  { name: 'genre, rare, popular', run: page('popular', () => ({ genre: genres.at(-1) })) },
  { name: 'tag, frequent', run: page('newest', () => ({ tags: tags.slice(0, 1) })) },
  { name: 'tag, rare', run: page('newest', () => ({ tags: tags.slice(4000, 4001) })) },
  { name: 'tag, rare, trending', run: page('trending', () => ({ tags: tags.slice(4000, 4001) })) },
  { name: 'two tags, frequent', run: page('newest', () => ({ tags: tags.slice(0, 2) })) },
  { name: 'tag that no clip has', run: page('newest', () => ({ tags: ['no such tag'] })) },
  search('words of a title', titleWords),
  search('frequent word', () => ['the']),
  search('word on 1 % of clips', () => ['someone']),
  search('rare word', () => [rareWord]),
  search('word that no clip has', () => ['qzxwvk']),
  search('two letters that no clip has', () => ['qz']),
  search('two Chinese characters', () => ['音乐']),
  search('two Chinese characters that no clip has', () => ['龘靐']),
  search('98 letters, then two that no clip has', () => [...Array.from({ length: 98 }, () => 'e'), 'qz']),
  { name: 'one clip', run: async ({ db, known }) => await selectClip(db, known.id) },
  { name: 'statistics of a clip', run: async ({ db, known }) => await selectClipStats(db, known.id, 365) },
  { name: 'statistics of the library', run: async ({ db }) => await selectLibraryStats(db, 365, 10) },
  {
    name: 'figures of /metrics',
    run: async ({ db }) => await selectLibraryFigures(db, ['public', 'private'], 10),
  },
  ilike('words of a title', titleWords),
  ilike('frequent word', () => ['the']),
  ilike('rare word', () => [rareWord]),
  ilike('two letters that no clip has', () => ['qz']),
]

const skewedQueries = (age: Age): NamedQuery[] => {
  const [names, only] = [agedNames[age], `only on ${age} clips`]
  return [
    { name: `tag ${only}`, run: page('newest', () => ({ tags: names.tags.slice(0, 1) })) },
    { name: `rarer tag ${only}`, run: page('newest', () => ({ tags: names.tags.slice(1, 2) })) },
    { name: `tag ${only}, popular`, run: page('popular', () => ({ tags: names.tags.slice(0, 1) })) },
    { name: `genre ${only}`, run: page('newest', () => ({ genre: names.genres[1] })) },
    { name: `genre ${only}, popular`, run: page('popular', () => ({ genre: names.genres[1] })) },
    search(`word ${only}`, () => names.words.slice(0, 1)),
    search(`rarer word ${only}`, () => names.words.slice(1, 2)),
    search(`artist ${only}`, () => (names.artists[1] ?? '').split(' ')),
    ilike(`word ${only}`, () => names.words.slice(0, 1)),
  ]
}

export const queriesOf = (skewed: boolean): NamedQuery[] =>
  skewed ? [...queries, ...skewedQueries('old'), ...skewedQueries('new')] : queries
