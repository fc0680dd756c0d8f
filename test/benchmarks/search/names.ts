/** Names of the generated library, by the share of clips that have them. */
import { artistName, genres, tags } from '../library/catalogue.ts'
import type { Library } from '../library/generator.ts'
import { englishWords } from '../library/vocabulary.ts'
import type { Parameters } from './frontDoor.ts'
import type { Scope } from './namedQuery.ts'

/** About one clip in 500,000. */
export const rareWord = englishWords[30_000] ?? ''

export const wordsOfTitle = ({ known }: Scope) => known.title.split(' ').slice(0, 3)

const tag = (rank: number) => tags[rank] ?? ''
const genre = (rank: number) => genres[rank] ?? ''
const artist = ({ seed }: Library, rank: number) => artistName(seed, 'latin', rank)
const artistsOf = ({ clips }: Library) => Math.max(10, Math.ceil(clips / 20))

/** Names by Zipf's law: the share of a rank is the share of the first one by the rank. */
export const filters: { name: string; of: (library: Library) => Parameters }[] = [
  { name: 'tag, 30 %', of: () => ({ tag: tag(0) }) },
  { name: 'tag, 5 %', of: () => ({ tag: tag(6) }) },
  { name: 'tag, 1 %', of: () => ({ tag: tag(35) }) },
  { name: 'tag, rare', of: () => ({ tag: tag(4000) }) },
  { name: 'genre, 20 %', of: () => ({ genre: genre(0) }) },
  { name: 'genre, 5 %', of: () => ({ genre: genre(3) }) },
  { name: 'genre, 1 %', of: () => ({ genre: genre(20) }) },
  { name: 'artist, 6 %', of: (library) => ({ artist: artist(library, 0) }) },
  { name: 'artist, 1 %', of: (library) => ({ artist: artist(library, 6) }) },
  {
    name: 'artist, rare',
    of: (library) => ({ artist: artist(library, Math.floor(artistsOf(library) * 0.9)) }),
  },
  { name: 'licence, 40 %', of: () => ({ license: 'cc0-1.0' }) },
  { name: 'licence, 0.5 %', of: () => ({ license: 'LicenseRef-all-rights-reserved' }) },
  { name: 'duration, narrow', of: () => ({ min_duration: '19.99', max_duration: '20.01' }) },
  { name: 'duration, long', of: () => ({ min_duration: '590' }) },
  { name: 'duration, wide', of: () => ({ min_duration: '10', max_duration: '60' }) },
  { name: 'two tags, frequent', of: () => ({ tag: [tag(0), tag(1)] }) },
  { name: 'two tags, 1 % each', of: () => ({ tag: [tag(35), tag(36)] }) },
  { name: 'tag, 5 %, and genre, 5 %', of: () => ({ tag: tag(6), genre: genre(3) }) },
  {
    name: 'tag, 1 %, and licence, 0.5 %',
    of: () => ({ tag: tag(35), license: 'LicenseRef-all-rights-reserved' }),
  },
  {
    name: 'genre, 20 %, and duration, narrow',
    of: () => ({ genre: genre(0), min_duration: '19.99', max_duration: '20.01' }),
  },
  { name: 'tag that no clip has', of: () => ({ tag: 'no such tag' }) },
]

export const rareTag = { tag: tag(4000) }
export const someTag = { tag: tag(6) }
export const commonTag = { tag: tag(0) }
