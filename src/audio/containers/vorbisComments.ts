/** Vorbis comments, the tags of FLAC and Ogg (RFC 9639 §8.6; Vorbis I §5). Pure. */
import { addText, type TextTags } from '../tags.ts'
import { characters, dataView } from './bytes.ts'

/** The longest block or packet of comments that is read. */
export const maxCommentBytes = 1024 * 1024
/** No name that is used is longer. */
const maxNameBytes = 40

/** A vendor, a count, then `NAME=text` entries, each after its length. A length beyond the bytes ends the reading. */
export function readComments(bytes: Uint8Array): TextTags {
  const texts: TextTags = new Map()
  if (bytes.byteLength < 4) return texts
  const view = dataView(bytes)
  let at = 8 + view.getUint32(0, true)
  while (at + 4 <= bytes.byteLength) {
    const start = at + 4
    at = start + view.getUint32(at, true)
    if (at > bytes.byteLength) break
    const equals = bytes.subarray(start, Math.min(at, start + maxNameBytes)).indexOf(0x3d)
    if (equals <= 0) continue
    addText(texts, characters(bytes, start, equals), new Uint8Array(bytes.subarray(start + equals + 1, at)))
  }
  return texts
}
