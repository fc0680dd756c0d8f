/** Tags that are pairs of a name and a text, from the formats that have such: no parser is needed for these. */
import { decodeText } from '../tagText.ts'
import { dataView } from './bytes.ts'
import type { EmbeddedTags } from './survey.ts'

/** Of one text; what is longer is a picture. */
const maxTextBytes = 64 * 1024
/** What is looked at of a packet or block of comments. */
export const maxCommentBytes = 1024 * 1024

/** Which of the names that formats use means what; the first that is there counts. */
const names = {
  title: ['TITLE', 'INAM', 'NAME'],
  artist: ['ARTIST', 'IART', 'AUTH'],
  genre: ['GENRE', 'IGNR'],
  description: ['DESCRIPTION', 'COMMENT', 'ICMT', 'ANNO'],
}

/** Texts by upper-case name; the first of a name counts. */
export type Texts = Map<string, string>

export function tagsOf(texts: Texts): EmbeddedTags {
  const first = (candidates: string[]): string | undefined =>
    candidates.map((name) => texts.get(name)).find((text) => text !== undefined)
  return {
    title: first(names.title),
    artist: first(names.artist),
    genre: first(names.genre),
    description: first(names.description),
  }
}

export function addText(texts: Texts, name: string, bytes: Uint8Array): void {
  const key = name.toUpperCase()
  if (bytes.byteLength > 0 && bytes.byteLength <= maxTextBytes && !texts.has(key)) {
    texts.set(key, decodeText(bytes))
  }
}

/**
 * A Vorbis comment header (Vorbis I §5): a vendor, a count and so many `NAME=text`, each with its length before it.
 * It ends where a length leads beyond the bytes.
 */
export function readVorbisComment(bytes: Uint8Array): Texts {
  const texts: Texts = new Map()
  const view = dataView(bytes)
  let at = bytes.byteLength < 4 ? bytes.byteLength : 8 + view.getUint32(0, true)
  while (at + 4 <= bytes.byteLength) {
    const start = at + 4
    at = start + view.getUint32(at, true)
    if (at > bytes.byteLength) break
    const entry = bytes.subarray(start, at)
    const equals = entry.indexOf(0x3d)
    if (equals > 0) addText(texts, decodeText(entry.subarray(0, equals)), entry.subarray(equals + 1))
  }
  return texts
}
