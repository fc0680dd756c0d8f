/** MiniSearch, an index in the memory of its process: radix trees, BM25+, prefixes, Levenshtein distances. */
import MiniSearch, { type Options } from 'minisearch'
import type { ClipText } from '../../../support/relevance.ts'
import { foldedWords, textsOf, type Engine } from './engine.ts'

type IndexedClip = ClipText & { id: number }

/** As its README sets it up for typos and prefixes. A fifth of a word's letters may be wrong. */
const documented: Options<IndexedClip> = {
  fields: ['title', 'artist', 'genre', 'tags', 'description'],
  storeFields: ['title'],
  searchOptions: { boost: { title: 2 }, prefix: true, fuzzy: 0.2 },
}

/** With the weights of our fields, all words required, two wrong letters at most, and words of any script. */
const adapted: Options<IndexedClip> = {
  ...documented,
  tokenize: foldedWords,
  processTerm: (word) => word,
  searchOptions: {
    boost: { title: 4, artist: 4, genre: 2, tags: 2 },
    prefix: true,
    fuzzy: (word) => (word.length < 3 ? false : word.length < 6 ? 1 : 2),
    combineWith: 'AND',
  },
}

export const miniSearch = engine('MiniSearch', documented)
export const adaptedMiniSearch = engine('MiniSearch, adapted', adapted)

function engine(name: string, options: Options<IndexedClip>): Engine {
  let index: MiniSearch<IndexedClip> | undefined
  return {
    name,
    load: async (library) => {
      index = new MiniSearch(options)
      index.addAll(textsOf(library).map((clip, id) => ({ ...clip, id })))
    },
    find: async (query) => (index?.search(query) ?? []).slice(0, 3).map((hit) => String(hit['title'])),
    close: async () => void (index = undefined),
  }
}
