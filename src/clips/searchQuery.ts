/** A search as people type it, split for Postgres: words, "phrases", -exclusions and `or`. Pure. */

/** Words of a search beyond these are left out: each costs look-ups, and nobody remembers as many. */
const maxWords = 8

/** A search, ready for `search_query` in Postgres, which folds the words and knows other spellings. */
export type SearchQuery = {
  /** The search in the syntax of `websearch_to_tsquery`, with w1, w2 and so on for its words. */
  template: string
  /** How to read it if no clip has all words: without the last one, which may be unfinished; then without any one of them. */
  relaxed: string[]
  /** The words as they were typed. */
  typed: string[]
  /** Whether a word is in a phrase or excluded: it has no other spellings. */
  exact: boolean[]
  /** Whether a word must not be there. */
  excluded: boolean[]
}

/** The phrase in quotation marks that the parser is in. */
type Phrase = 'none' | 'wanted' | 'excluded'

/** Parses a search. Undefined if it has no word: it finds everything. */
export function parseSearch(search: string): SearchQuery | undefined {
  const query: SearchQuery = { template: '', relaxed: [], typed: [], exact: [], excluded: [] }
  const parts: string[] = []
  let phrase: Phrase = 'none'
  const tokens = [...search.matchAll(/(-?)(?:(")|([^\s"]+))/gu)].filter(
    ([token, , quote]) => quote !== undefined || /[\p{L}\p{N}]/u.test(token),
  )
  for (const [n, [, minus = '', quote, word = '']] of tokens.entries()) {
    const isExcluded: boolean = phrase === 'excluded' || (phrase === 'none' && minus !== '')
    // With nothing on one side, it is a word.
    const isBetween = ![undefined, 'or'].includes(parts.at(-1)) && n + 1 < tokens.length
    if (quote !== undefined) {
      parts.push(phrase === 'none' ? `${minus}"` : '"')
      phrase = phrase !== 'none' ? 'none' : isExcluded ? 'excluded' : 'wanted'
    } else if (phrase === 'none' && minus === '' && word.toLowerCase() === 'or' && isBetween) {
      parts.push('or')
    } else {
      const place = placeOf(query, word, phrase !== 'none' || isExcluded, isExcluded)
      if (place !== undefined) parts.push(`${phrase === 'none' ? minus : ''}w${place}`)
    }
  }
  // The word behind it was one too many.
  if (parts.at(-1) === 'or') parts.pop()
  query.template = parts.join(' ')
  query.relaxed = relax(parts)
  return query.typed.length === 0 ? undefined : query
}

/** The number of a word in the query; undefined if there are too many. */
function placeOf(
  { typed, exact, excluded }: SearchQuery,
  word: string,
  isExact: boolean,
  isExcluded: boolean,
): number | undefined {
  const known = typed.findIndex(
    (one, n) =>
      one.toLowerCase() === word.toLowerCase() && exact[n] === isExact && excluded[n] === isExcluded,
  )
  if (known >= 0) return known + 1
  if (typed.length === maxWords) return undefined
  exact.push(isExact)
  excluded.push(isExcluded)
  return typed.push(word)
}

/** More words than these would make too many alternatives. */
const maxRelaxedWords = 5

/** Only plain words can be left out: whoever writes more than that means it. */
function relax(parts: string[]): string[] {
  const words = [...new Set(parts)]
  const isPlain = words.every((part) => part.startsWith('w'))
  if (!isPlain || words.length < 2 || words.length > maxRelaxedWords) return []
  const without = (left: string) => words.filter((word) => word !== left).join(' ')
  return [words.slice(0, -1).join(' '), words.map(without).join(' or ')]
}
