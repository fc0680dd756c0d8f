/** Orama, an index in the memory of its process: radix trees, BM25, prefixes, Levenshtein distances. */
import { create, insertMultiple, search, type Tokenizer } from '@orama/orama'
import type { ClipText } from '../../../support/relevance.ts'
import { foldedWords, textsOf, type Engine } from './engine.ts'

const schema = {
  title: 'string',
  artist: 'string',
  genre: 'string',
  tags: 'string[]',
  description: 'string',
} as const

type Options = {
  tokenizer: Tokenizer | { stemming: boolean }
  boost: Partial<Record<keyof ClipText, number>>
}

/** As its documentation sets it up for English: it stems, and removes accents. */
const documented: Options = { tokenizer: { stemming: true }, boost: { title: 2 } }

/** With the weights of our fields, and words of any script. */
const adapted: Options = {
  tokenizer: { language: 'english', normalizationCache: new Map(), tokenize: foldedWords },
  boost: { title: 4, artist: 4, genre: 2, tags: 2 },
}

export const orama = engine('Orama', documented)
export const adaptedOrama = engine('Orama, adapted', adapted)

function createIndex({ tokenizer }: Options) {
  return create({ schema, components: { tokenizer } })
}

function engine(name: string, options: Options): Engine {
  let index: ReturnType<typeof createIndex> | undefined
  return {
    name,
    load: async (library) => {
      index = createIndex(options)
      await insertMultiple(index, textsOf(library), 1000)
    },
    find: async (term) => {
      if (!index) return []
      // One wrong letter is what the documentation advises. Any word is enough: `threshold: 0` wants all in one field.
      const { hits } = await search(index, { term, tolerance: 1, boost: options.boost, limit: 3 })
      return hits.map(({ document }) => document.title)
    },
    close: async () => void (index = undefined),
  }
}
