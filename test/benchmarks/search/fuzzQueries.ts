/** Queries that nobody has thought of, and queries that are made to be slow. Query n follows from the seed. */
import { z } from 'zod'
import { artistName, genres, tags } from '../library/catalogue.ts'
import type { Library } from '../library/generator.ts'
import { below, createRandom, pick, type Random } from '../library/random.ts'
import { englishWords } from '../library/vocabulary.ts'
import { askPage, withQuery, type Parameters } from './frontDoor.ts'
import { movedCursor, orders, placeOf } from './listQueries.ts'
import { mostBuffersOfFacets, type NamedQuery, type Scope } from './namedQuery.ts'

const fuzzStream = 3

/** Of random letters; every tenth asks for facets. */
export function randomQuery(n: number): NamedQuery {
  const random = createRandom(n, fuzzStream)
  const search = lettersOf(random, 1 + below(random, random() < 0.5 ? 12 : 100))
  return query(n % 10 === 0 ? '/api/clips/facets' : '/api/clips', { search, ...filterOf(random, 0.2) })
}

/** Many words, many letters, rare pairs, or deep cursors. */
export function slowQuery(n: number, library: Library): NamedQuery {
  const random = createRandom(n, fuzzStream, library.seed)
  const search = random() < 0.75 ? slowSearch(random) : undefined
  const filter = filterOf(random, search === undefined ? 1 : 0.3, library)
  const parameters = { ...(search !== undefined && { search }), ...filter }
  if (n % 10 === 0) return query('/api/clips/facets', parameters)
  const sort = search !== undefined && random() < 0.5 ? 'relevance' : pick(random, orders)
  const listed = { ...parameters, sort }
  return random() < 0.5 ? query('/api/clips', listed) : fromDeep(listed, sort, below(random, library.clips))
}

function query(path: string, parameters: Parameters): NamedQuery {
  const asked = withQuery(path, parameters)
  const isFacets = path.endsWith('/facets')
  return {
    name: decodeURIComponent(asked.replaceAll('+', ' ')),
    ...(isFacets && { mostBuffers: mostBuffersOfFacets }),
    run: async ({ ask }) => await ask(asked),
  }
}

/** Planes 0 to 3 have all letters; half of them come from the first 0x3000. The API refuses control characters. */
function lettersOf(random: Random, count: number): string {
  let text = ''
  while (text.length < count) {
    const letter = String.fromCodePoint(0x20 + below(random, random() < 0.5 ? 0x3000 : 0x3_0000))
    if (letter.isWellFormed() && !/\p{Cc}/u.test(letter)) text += letter
  }
  return text
}

/** Filters, each as likely as `share`: of names by Zipf's law, rare or common. */
function filterOf(random: Random, share: number, library?: Library): Parameters {
  const has = () => random() < share * 0.5
  const zipf = (count: number) => Math.floor(count ** random()) - 1
  return {
    ...(has() && { tag: Array.from({ length: 1 + below(random, 3) }, () => tags[zipf(tags.length)] ?? '') }),
    ...(has() && { genre: genres[zipf(genres.length)] ?? '' }),
    ...(has() && { license: pick(random, ['CC0-1.0', 'CC-BY-ND-4.0', 'LicenseRef-all-rights-reserved']) }),
    ...(library && has() && { artist: artistName(library.seed, 'latin', zipf(library.clips / 20)) }),
    ...(has() && { min_duration: below(random, 600) }),
    ...(has() && { max_duration: below(random, 600) + 0.5 }),
  }
}

const slowSearches: ((random: Random) => string)[] = [
  (random) => wordsOf(random, 8, 20, 'you the to a it i and of'.split(' ')).join(' '),
  (random) => wordsOf(random, 8, 300).join(pick(random, [' ', ' or ', ' -', '" "'])),
  (random) => wordsOf(random, 8, 60_000).map(misspelt(random)).join(' '),
  (random) => wordsOf(random, 2, 60_000).join(pick(random, [' ', ' or '])),
  (random) =>
    wordsOf(random, 8, 3000)
      .map((word) => word.slice(0, 1 + below(random, 4)))
      .join(' '),
  (random) => `-${wordsOf(random, 8, 30).join(' -')}`,
  (random) => `"${wordsOf(random, 4, 30).join(' ')}"`,
  (random) => wordsOf(random, 60, 100).join(pick(random, ['-', '/', ''])),
  (random) => pick(random, ['ab', 'e ', '音', '音乐', 'ก', 'a-', '"', '- ', 'e or ', 'ss']).repeat(200),
]

const slowSearch = (random: Random) => pick(random, slowSearches)(random).slice(0, 200)

function wordsOf(random: Random, most: number, vocabulary: number, words = englishWords): string[] {
  const count = 1 + below(random, most)
  return Array.from({ length: count }, () => words[below(random, Math.min(vocabulary, words.length))] ?? '')
}

const misspelt = (random: Random) => (word: string) => {
  const place = below(random, word.length)
  return word.slice(0, place) + pick(random, ['', 'x', 'e', 'qz']) + word.slice(place + 1)
}

/** Tiers of relevance where many clips match: they are in the order of plays. */
const tiers = [1, 2, 3]

/** The list from the place of some clip on; from its beginning if it has no second page. */
function fromDeep(parameters: Parameters, sort: string, n: number): NamedQuery {
  const first = query('/api/clips', parameters)
  const before = async ({ ask, db, library }: Scope) => {
    const path = withQuery('/api/clips', parameters)
    const { next_cursor: cursor } = await askPage(ask, path)
    if (cursor === null) return path
    const order = sort === 'relevance' ? 'popular' : sort
    const tier = sort === 'relevance' ? tiers[n % tiers.length] : 0
    const place = await placeOf(db, order, library.clip(n).id)
    return withQuery('/api/clips', { ...parameters, cursor: movedCursor(cursor, place, tier) })
  }
  return {
    name: `${first.name}, from clip ${n} on`,
    before,
    run: async ({ ask }, path) => await ask(z.string().parse(path)),
  }
}
