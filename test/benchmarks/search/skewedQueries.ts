/** Lists and searches by names that only old or only new clips have: an order may meet them last. */
import { agedNames, type Age } from '../library/aged.ts'
import type { Parameters } from './frontDoor.ts'
import { facets, list, orders } from './listQueries.ts'
import type { NamedQuery } from './namedQuery.ts'

const shares = ['all', '10 %', '1 %']

export function skewedQueries(age: Age): NamedQuery[] {
  const { tags, genres, artists, words } = agedNames[age]
  const kinds: [kind: string, names: string[], of: (name: string) => Parameters][] = [
    ['tag', tags, (tag) => ({ tag })],
    ['genre', genres, (genre) => ({ genre })],
    ['artist', artists, (artist) => ({ artist })],
    ['word', words, (search) => ({ search })],
    ['words of an artist', artists, (artist) => ({ search: artist })],
  ]
  return kinds.flatMap(([kind, names, of]) =>
    names.flatMap((name, index) => {
      const text = `${kind} of ${shares[index]} of the ${age} clips`
      const isSearch = 'search' in of(name)
      return [
        ...(isSearch ? [list(`relevance: ${text}`, () => of(name))] : []),
        ...orders.map((sort) => list(`${sort}: ${text}`, () => ({ sort, ...of(name) }))),
        ...(index === 0 ? [facets(text, of(name))] : []),
      ]
    }),
  )
}
