/** Chunks, of which RIFF and IFF files are made: a name of four characters, a length, and so many bytes. */
import type { ByteSource } from '../byteSource.ts'
import { characters, dataView } from './bytes.ts'

export type Chunk = { id: string; offset: number; length: number }

const headerBytes = 8

/** The chunks from `from` on. Their lengths are as they stand there: they may lead beyond `end`, as the last. */
export async function* readChunks(
  source: ByteSource,
  from: number,
  end: number,
  littleEndian: boolean,
): AsyncGenerator<Chunk> {
  let at = from
  while (at + headerBytes <= end) {
    source.countPart()
    const header = await source.bytes(at, headerBytes)
    const id = characters(header, 0, 4)
    if (!/^[\x20-\x7e]{4}$/.test(id)) return // padding, or what someone has added
    const length = dataView(header).getUint32(4, littleEndian)
    yield { id, offset: at + headerBytes, length }
    at += headerBytes + length + (length & 1)
  }
}
