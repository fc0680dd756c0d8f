/** The tags in a file: which field of a clip each one gives. Pure. */
import { decodeTexts } from './textEncoding.ts'

/** The fields that a file's tags give. */
export type EmbeddedTags = {
  title: string | undefined
  artist: string | undefined
  genre: string | undefined
  description: string | undefined
}

/** Texts by the upper-case name of their tag. Bytes declare no encoding, or ISO 8859-1, which many declare wrongly. */
export type TextTags = Map<string, string | Uint8Array>

/** The longest text that is read. A longer one is a picture. */
export const maxTextBytes = 64 * 1024
/** What is kept of a text: more than any field has. */
const maxKeptLength = 20_000
/** Tags that are read in one file, in chunks or blocks of their own. Hostile files have thousands. */
export const maxTags = 16

/** The names that formats use for each field. The first one with a text counts. */
const names = {
  title: ['TITLE', 'INAM', 'NAME'],
  artist: ['ARTIST', 'IART', 'AUTH'],
  genre: ['GENRE', 'IGNR'],
  description: ['DESCRIPTION', 'COMMENT', 'COMMENTS', 'ICMT', 'ANNO'],
}
const fields = ['title', 'artist', 'genre', 'description'] as const

/** Numbers that iTunes writes as a comment: loudness, and the gaps at start and end. */
const iTunesNumbers = /^[0-9a-f]{8}(\s+[0-9a-f]{8})+$/i
const usedNames = new Set(Object.values(names).flat())

/** For each field, the first text that is not blank. */
export function mergeTags(sources: EmbeddedTags[]): EmbeddedTags {
  const merged = fieldsOf(new Map())
  for (const source of sources) for (const field of fields) merged[field] ??= source[field]
  return merged
}

/** Adds a text that a field can use, unless it is empty, too long, or its name is already present. */
export function addText(texts: TextTags, name: string, text: string | Uint8Array): void {
  const key = name.toUpperCase()
  const usable = usedNames.has(key) && text.length > 0 && text.length <= maxTextBytes
  if (usable && !texts.has(key)) texts.set(key, text)
}

/** The fields in the texts of one tag. */
export function fieldsOf(texts: TextTags): EmbeddedTags {
  const decoded = decodeAll(texts)
  const first = (candidates: string[]): string | undefined =>
    candidates.map((name) => decoded.get(name)).find((text) => text !== undefined)
  return {
    title: first(names.title),
    artist: first(names.artist),
    genre: first(names.genre),
    description: first(names.description),
  }
}

/** The texts that can be decoded and are not blank. The bytes of one tag have one encoding, so they are decoded together. */
function decodeAll(texts: TextTags): Map<string, string> {
  const undecoded = [...texts].filter((entry): entry is [string, Uint8Array] => typeof entry[1] !== 'string')
  const decoded = decodeTexts(undecoded.map(([, bytes]) => bytes))
  const all = new Map<string, string>()
  for (const [name, text] of texts) {
    const readable =
      typeof text === 'string' ? text : decoded[undecoded.findIndex(([other]) => other === name)]
    const trimmed = readable?.slice(0, maxKeptLength).trim()
    const isComment = names.description.includes(name)
    if (trimmed && !(isComment && iTunesNumbers.test(trimmed))) all.set(name, trimmed)
  }
  return all
}
