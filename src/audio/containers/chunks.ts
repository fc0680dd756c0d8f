/** Chunks of RIFF (WAV), IFF (AIFF) and alike: a name of four characters, a length, and the payload. */
import type { ByteSource } from '../byteSource.ts'
import type { EmbeddedTags } from '../tags.ts'
import { characters, dataView } from './bytes.ts'
import { id3HeaderBytes, id3Length, readId3 } from './id3.ts'
import { damaged } from './survey.ts'

export type Chunk = { id: string; offset: number; length: number }

const chunkHeaderBytes = 8

/**
 * A program that writes to a pipe cannot go back to fill in the length. It leaves 0, 0xffffffff or about 2^31, and the
 * sound goes on to the end of the file. No upload is that long, so such a length means nothing else.
 */
export const openLength = 0x7fff_0000

/**
 * The chunks from `from` on. The length of a chunk may lead beyond `end`; it is then the last one. `lengthOf` knows lengths
 * that 32 bits cannot have.
 */
export async function* readChunks(
  source: ByteSource,
  from: number,
  end: number,
  littleEndian: boolean,
  lengthOf: (id: string, declared: number) => number = (_, declared) => declared,
): AsyncGenerator<Chunk> {
  let at = from
  while (at + chunkHeaderBytes <= end) {
    source.countPart()
    const header = await source.bytes(at, chunkHeaderBytes)
    const id = characters(header, 0, 4)
    if (!/^[\x20-\x7e]{4}$/.test(id)) return // padding or garbage
    const length = lengthOf(id, dataView(header).getUint32(4, littleEndian))
    yield { id, offset: at + chunkHeaderBytes, length }
    at += chunkHeaderBytes + length
    if (length & 1 && at < end) at += await paddingBytes(source, at)
  }
}

/** A chunk of an odd length has a byte behind it, which some programs leave out. */
async function paddingBytes(source: ByteSource, at: number): Promise<number> {
  const next = characters(await source.bytes(at, 5), 0, 5)
  return /^[A-Za-z][\x20-\x7e]{3}/.test(next) && !/^.[\x20-\x7e]{4}/s.test(next) ? 0 : 1
}

/**
 * The bytes of sound that are there. A program that counts its header as sound, or rounds up to a whole block, promises a
 * little more than it writes. So up to `slackBytes` may be missing. More means that the file is cut short.
 */
export function presentBytes({ offset, length }: Chunk, size: number, slackBytes: number): number {
  const missing = offset + length - size
  if (missing > slackBytes) throw damaged('It is cut short within its sound.')
  return missing > 0 ? size - offset : length
}

/** The fields of the ID3 tag in a chunk; undefined unless the chunk contains a whole one. */
export async function readId3Chunk(
  source: ByteSource,
  { offset, length }: Chunk,
): Promise<EmbeddedTags | undefined> {
  const tagLength = id3Length(await source.bytes(offset, id3HeaderBytes))
  return tagLength && tagLength <= length ? await readId3(source, offset, tagLength) : undefined
}
