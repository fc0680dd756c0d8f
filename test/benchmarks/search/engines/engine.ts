/** A search engine as the comparison uses it, and what the dedicated engines leave to their users. */
import type { ClipText } from '../../../support/relevance.ts'
import type { Library } from '../../library/generator.ts'

export type Engine = {
  name: string
  load: (library: Library) => Promise<void>
  /** The titles of the first three hits. */
  find: (query: string) => Promise<string[]>
  close: () => Promise<void>
}

/** The texts of all clips. They have no nulls. */
export function textsOf(library: Library): ClipText[] {
  return Array.from({ length: library.clips }, (_, n) => {
    const { title, artist, genre, tags, description } = library.clip(n)
    return { title, artist: artist ?? '', genre: genre ?? '', tags, description: description ?? '' }
  })
}

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** The words of a text in any script, in lower case and without accents. */
export function foldedWords(text: string): string[] {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC').toLowerCase()
  return [...segmenter.segment(folded)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment)
}
