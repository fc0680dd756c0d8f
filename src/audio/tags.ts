/** The tags in a file: which field of a clip each one gives, and how its text is decoded. */
import { parseBuffer } from 'music-metadata'

/** The fields that a file's tags give. */
export type EmbeddedTags = {
  title: string | undefined
  artist: string | undefined
  genre: string | undefined
  description: string | undefined
}

/** The tags of a file in their own format (ID3, iTunes), cut out of it for music-metadata. Pictures are left out. */
export type Excerpt = { mimeType: string; bytes: Uint8Array }

/** Tags that are pairs of a name and a text, by upper-case name. */
export type TextTags = Map<string, string>

/** The longest text that is read. A longer one is a picture. */
export const maxTextBytes = 64 * 1024

/** The names that formats use for each field. The first one that is present counts. */
const names = {
  title: ['TITLE', 'INAM', 'NAME'],
  artist: ['ARTIST', 'IART', 'AUTH'],
  genre: ['GENRE', 'IGNR'],
  description: ['DESCRIPTION', 'COMMENT', 'ICMT', 'ANNO'],
}

/** For each field, the first text that is not blank. Tags that cannot be parsed are ignored. */
export async function readTags(sources: (Excerpt | EmbeddedTags)[]): Promise<EmbeddedTags> {
  const tags = fieldsOf(new Map())
  for (const source of sources) {
    const found = 'bytes' in source ? await parseExcerpt(source) : source
    for (const field of ['title', 'artist', 'genre', 'description'] as const) {
      tags[field] ??= found?.[field]?.trim() || undefined
    }
  }
  return tags
}

/** ID3 and iTunes tags, by music-metadata. It sees the excerpt only, never the file. */
async function parseExcerpt({ bytes, mimeType }: Excerpt): Promise<EmbeddedTags | undefined> {
  const repaired = (text: string | undefined) => (text === undefined ? undefined : repairText(text))
  try {
    const { common } = await parseBuffer(bytes, { mimeType, size: bytes.byteLength }, { skipCovers: true })
    return {
      title: repaired(common.title),
      artist: repaired(common.artist),
      genre: repaired(common.genre?.[0]),
      description: repaired(common.description?.[0] ?? common.comment?.[0]?.text),
    }
  } catch {
    return undefined
  }
}

/** Adds a text unless it is empty, too long, or its name is already present. */
export function addText(texts: TextTags, name: string, bytes: Uint8Array): void {
  const key = name.toUpperCase()
  if (bytes.byteLength > 0 && bytes.byteLength <= maxTextBytes && !texts.has(key)) {
    texts.set(key, decodeText(bytes))
  }
}

export function fieldsOf(texts: TextTags): EmbeddedTags {
  const first = (candidates: string[]): string | undefined =>
    candidates.map((name) => texts.get(name)).find((text) => text !== undefined)
  return {
    title: first(names.title),
    artist: first(names.artist),
    genre: first(names.genre),
    description: first(names.description),
  }
}

/**
 * Decodes text that declares no encoding, up to the first NUL. It is UTF-8 if it is well-formed UTF-8, which other
 * encodings are hardly ever by chance. Otherwise it is Windows-1252, which has every printable character of ISO 8859-1.
 */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return decodeUndeclared(end === -1 ? bytes : bytes.subarray(0, end))
}

function decodeUndeclared(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/**
 * Repairs UTF-8 or Windows-1252 that was read as ISO 8859-1, because many ID3 tags declare that for either:
 * `PrÃ¼fton` becomes "Prüfton". Text with characters beyond ISO 8859-1 was not misread, and stays. Code pages of other
 * languages are not repaired: only a guess of the language could tell them apart.
 */
export function repairText(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\0-\u00ff]/.test(text)) return text
  return decodeUndeclared(Uint8Array.from(text, (character) => character.charCodeAt(0)))
}
