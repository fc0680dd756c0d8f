/** Searches of every kind, their pages and facets. */
import { z } from 'zod'
import { englishWords } from '../library/vocabulary.ts'
import { askPage, withQuery, type Parameters } from './frontDoor.ts'
import { facets, list, orders } from './listQueries.ts'
import { commonTag, rareTag, rareWord, wordsOfTitle } from './names.ts'
import type { NamedQuery, Scope } from './namedQuery.ts'

/** On about one title in a hundred. */
const someWord = 'someone'

/** Two neighbours of a word change places. */
const swap = (word: string) => word.slice(0, 1) + word.slice(2, 3) + word.slice(1, 2) + word.slice(3)
/** A letter of a word is another. */
const spoil = (word: string) => `${word.slice(0, 2)}x${word.slice(3)}`
const misspelt = ({ known }: Scope, count: number) => {
  const title = known.title.split(' ')
  return title.map((word, place) => (place < count && word.length > 3 ? spoil(word) : word)).join(' ')
}

const searches: { name: string; search: (scope: Scope) => string }[] = [
  { name: 'words of a title', search: (scope) => wordsOfTitle(scope).join(' ') },
  { name: 'rare word', search: () => rareWord },
  { name: 'word, 1 %', search: () => someWord },
  { name: 'most frequent word', search: () => 'you' },
  { name: 'two frequent words', search: () => 'you the' },
  { name: 'five frequent words', search: () => 'you the to a it' },
  { name: 'frequent word and rare word', search: () => `you ${rareWord}` },
  { name: 'two words, 1 % each', search: () => 'someone tonight' },
  { name: 'frequent word or another', search: () => 'you or the' },
  { name: 'word that no clip has', search: () => 'qzxwvk' },
  { name: 'two letters that no clip has', search: () => 'qz' },
  { name: 'one letter', search: () => 'a' },
  { name: 'two Chinese characters', search: () => '音乐' },
  { name: 'two Chinese characters that no clip has', search: () => '龘靐' },
  { name: 'one Chinese character', search: () => '音' },
  { name: 'Thai', search: () => 'เพลงฝน' },
  { name: 'phrase', search: (scope) => `"${wordsOfTitle(scope).slice(0, 2).join(' ')}"` },
  { name: 'phrase of frequent words', search: () => '"you the"' },
  { name: 'phrase that is frequent', search: () => '"in the"' },
  { name: 'exclusion of a rare word', search: () => `-${rareWord}` },
  { name: 'exclusion of a frequent word', search: () => '-you' },
  { name: 'exclusion of all frequent words', search: () => '-you -the -to -a -it -i -and -of' },
  { name: 'word, 1 %, without frequent words', search: () => `${someWord} -you -the -to -a` },
  { name: 'one typo', search: (scope) => misspelt(scope, 1) },
  { name: 'three typos', search: (scope) => misspelt(scope, 3) },
  { name: 'one typo in a frequent word', search: () => swap('thunder') },
  { name: 'eight misspelt words', search: () => englishWords.slice(4000, 4008).map(spoil).join(' ') },
  { name: 'eight words of one typo', search: () => englishWords.slice(200, 208).map(swap).join(' ') },
  { name: '98 letters, then two that no clip has', search: () => `${'e '.repeat(98)}qz` },
  { name: 'one word of 200 letters', search: () => 'ab'.repeat(100) },
  { name: '100 Chinese characters', search: () => '音乐下雨雷声海浪'.repeat(12) },
  { name: 'prefix of 2 letters', search: () => 'so' },
  { name: 'prefix of 3 letters', search: () => 'som' },
  { name: 'prefix of 5 letters', search: () => 'somet' },
  { name: 'frequent word and prefix', search: () => 'you som' },
  { name: 'compound of frequent words', search: () => 'you-the-to' },
]

/** The page after the first, whose statements are not measured. */
const secondPage = (name: string, parameters: Parameters): NamedQuery => ({
  name: `search, second page: ${name}`,
  before: async ({ ask }) => {
    const { next_cursor: cursor } = await askPage(ask, withQuery('/api/clips', parameters))
    return withQuery('/api/clips', cursor === null ? parameters : { ...parameters, cursor })
  },
  run: async ({ ask }, path) => await ask(z.string().parse(path)),
})

export const searchQueries: NamedQuery[] = [
  ...searches.map(({ name, search }) => list(`search: ${name}`, (scope) => ({ search: search(scope) }))),
  ...orders.flatMap((sort) => [
    list(`search, ${sort}: word, 1 %`, () => ({ search: someWord, sort })),
    list(`search, ${sort}: most frequent word`, () => ({ search: 'you', sort })),
    list(`search, ${sort}: exclusion of a frequent word`, () => ({ search: '-you', sort })),
    list(`search, ${sort}: two words, 1 % each`, () => ({ search: 'someone tonight', sort })),
    list(`search, ${sort}: word, 1 %, and tag, rare`, () => ({ search: someWord, sort, ...rareTag })),
  ]),
  list('search: most frequent word and tag, rare', () => ({ search: 'you', ...rareTag })),
  list('search: most frequent word and tag, 30 %', () => ({ search: 'you', ...commonTag })),
  list('search: most frequent word, duration, narrow', () => ({
    search: 'you',
    min_duration: '19.99',
    max_duration: '20.01',
  })),
  secondPage('ranked', { search: 'someone tonight', limit: 2 }),
  secondPage('many', { search: 'you' }),
  secondPage('many, of two words', { search: 'you the' }),
  facets('search, rare word', { search: rareWord }),
  facets('search, word, 1 %', { search: someWord }),
  facets('search, most frequent word', { search: 'you' }),
  facets('search, exclusion of a frequent word', { search: '-you' }),
]
