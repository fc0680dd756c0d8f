/** ID3 tags: ID3v1 (128 bytes at the end), and where an ID3v2 tag (id3.org, versions 2.2 to 2.4) is, and its texts. */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, type EmbeddedTags, type TextTags } from '../tags.ts'
import { dataView, startsWith } from './bytes.ts'
import { genreOf, readGenre } from './genres.ts'
import { decodeFrame, decodeUnsynchronised } from './id3Text.ts'
import { readFrames, syncsafe, type TagBody } from './id3Frames.ts'

export const id3HeaderBytes = 10
/** An ID3v1 tag, which starts with `TAG`, at the end of a file. */
export const id3v1Bytes = 128
/** The inside of a tag that must be in memory as a whole, because unsynchronisation must be undone before it is read. */
const maxUnsynchronisedBytes = 1024 * 1024

/** The frames that are read, by their names in version 2.2 and later. */
const fieldNames = new Map([
  ['TT2', 'TITLE'],
  ['TIT2', 'TITLE'],
  ['TP1', 'ARTIST'],
  ['TPE1', 'ARTIST'],
  ['TCO', 'GENRE'],
  ['TCON', 'GENRE'],
  ['COM', 'DESCRIPTION'],
  ['COMM', 'DESCRIPTION'],
  ['TXX', 'COMMENT'],
  ['TXXX', 'COMMENT'],
])

/** The whole length of the tag with this header; undefined if it is not the header of a tag. */
export function id3Length(header: Uint8Array): number | undefined {
  if (header.byteLength < id3HeaderBytes || !startsWith(header, 'ID3')) return undefined
  const [, , , major = 0, , flags = 0] = header
  if (major < 2 || major > 4 || header.subarray(6, 10).some((byte) => byte > 0x7f)) return undefined
  const footer = major === 4 && (flags & 0x10) !== 0 ? id3HeaderBytes : 0
  return id3HeaderBytes + syncsafe(header, 6) + footer
}

/** The fields of the tag at `position`. What is wrong in a frame costs that frame. */
export async function readId3(source: ByteSource, position: number, length: number): Promise<EmbeddedTags> {
  const header = new Uint8Array(await source.bytes(position, id3HeaderBytes))
  const [, , , major = 0, , flags = 0] = header
  const unsynchronised = (flags & 0x80) !== 0
  const inside = { source, offset: position + id3HeaderBytes, length: length - id3HeaderBytes }
  // Since version 2.4 each frame is unsynchronised by itself (§6.1).
  const body = unsynchronised && major < 4 ? await resynchronised(inside) : bodyOf(inside)
  const start = (flags & 0x40) !== 0 ? await extendedHeaderBytes(body, major) : 0
  const texts: TextTags = new Map()
  const wanted = (id: string): boolean => fieldNames.has(id)
  for await (const { id, payload } of readFrames(body, major, start, unsynchronised, wanted)) {
    source.countSteps()
    const text = decodeFrame(id, payload, major)
    if (text) addText(texts, fieldNames.get(id) ?? '', text)
  }
  const fields = fieldsOf(texts)
  return { ...fields, genre: fields.genre && readGenre(fields.genre) }
}

type Inside = { source: ByteSource; offset: number; length: number }

function bodyOf({ source, offset, length }: Inside): TagBody {
  return { length, bytes: async (position, wanted) => await source.bytes(offset + position, wanted) }
}

async function resynchronised({ source, offset, length }: Inside): Promise<TagBody> {
  const raw = await source.bytes(offset, Math.min(length, maxUnsynchronisedBytes))
  const bytes = decodeUnsynchronised(raw)
  return {
    length: bytes.byteLength,
    bytes: (position, wanted) => Promise.resolve(bytes.subarray(position, position + wanted)),
  }
}

/** The optional header before the frames. Its size includes itself in version 2.4 (§3.2), but not in 2.3 (§3.2). */
async function extendedHeaderBytes(body: TagBody, major: number): Promise<number> {
  const size = await body.bytes(0, 4)
  if (size.byteLength < 4) return 0
  if (major === 4) return syncsafe(size, 0)
  return major === 3 ? 4 + dataView(size).getUint32(0) : 0
}

/** The fields of an ID3v1 tag (id3.org, "ID3v1"): texts of fixed lengths, and the number of a genre. */
export function readId3v1(tag: Uint8Array): EmbeddedTags {
  const texts: TextTags = new Map()
  addText(texts, 'TITLE', tag.slice(3, 33))
  addText(texts, 'ARTIST', tag.slice(33, 63))
  addText(texts, 'DESCRIPTION', tag.slice(97, 127))
  return { ...fieldsOf(texts), genre: genreOf(tag[127] ?? 255) }
}
