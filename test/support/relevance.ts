/**
 * The relevance set: clips as people upload them, and queries whose first hit is clear to a human who knows them all. Each
 * query has words that are rare in titles, so it stays clear in a library of any size.
 */
import { latinClips } from './relevance/latinClips.ts'
import { latinQueries } from './relevance/latinQueries.ts'
import { misspeltQueries } from './relevance/misspeltQueries.ts'
import { otherClips } from './relevance/otherClips.ts'
import { otherQueries } from './relevance/otherQueries.ts'

/** A clip, as search sees it. */
export type ClipText = {
  title: string
  artist: string
  genre: string
  tags: string[]
  description: string
}

/** What somebody types, the kind of difficulty, and the title that should come first. */
export type RelevanceQuery = { query: string; kind: string; expected: string }

/** The clips that the queries look for. Their titles differ. */
export const targets: ClipText[] = lines(latinClips + otherClips).map(readClip)

export const queries: RelevanceQuery[] = readQueries(latinQueries + misspeltQueries + otherQueries)

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function readClip(line: string): ClipText {
  const [title, artist, genre, tags, description, ...more] = line.split(' | ')
  if (!title || !artist || !genre || !tags || !description || more.length > 0)
    throw new Error(`not title | artist | genre | tags | description: ${line}`)
  return { title, artist, genre, tags: tags.split(', '), description }
}

function readQueries(text: string): RelevanceQuery[] {
  const titles = new Set(targets.map(({ title }) => title))
  let kind = ''
  return lines(text).flatMap((line) => {
    const [query, expected, ...more] = line.split(' → ')
    if (line.startsWith('# ')) {
      kind = line.slice(2)
      return []
    }
    if (!query || !expected || more.length > 0) throw new Error(`not query → title: ${line}`)
    if (!titles.has(expected)) throw new Error(`no clip has the title ${expected}`)
    return [{ query, kind, expected }]
  })
}
