/** Packets by their places in a file, read forwards and handed out a window at a time, without copies. */
import type { ByteSource } from '../byteSource.ts'
import type { SampleBlocks } from './sampleBlocks.ts'
import type { SoundPart } from './sound.ts'
import { damaged } from './survey.ts'

/** Where a packet is. */
export type Place = { at: number; bytes: number }

/** No codec has longer ones in use. A longer one would need more memory than a window. */
export const maxPacketBytes = 1024 * 1024
/** Tables of packets are in memory while the packets are read, so that reading goes forwards. */
export const maxTableBytes = 12 * 1024 * 1024
/** So that decoding a part takes a moment only: it is synchronous. */
export const maxPartPackets = 500
/** Sound without packets of its own is cut in pieces of about so many bytes. */
const pieceBytes = 16 * 1024

/** The packets at these places, in their order. Empty ones, and what is beyond the end of the file, are left out. */
export async function* readPlaces(source: ByteSource, places: Iterable<Place>): AsyncGenerator<SoundPart> {
  let packets: Uint8Array[] = []
  for (const { at, bytes } of places) {
    source.countSteps()
    if (bytes > Math.min(maxPacketBytes, source.maxWindowBytes)) throw damaged('A packet in it is too long.')
    let packet = source.buffered(at, bytes)
    if (packets.length > 0 && (!packet || packets.length === maxPartPackets)) {
      yield { packets }
      packets = []
    }
    packet ??= await source.bytes(at, bytes)
    if (packet.byteLength > 0) packets.push(packet)
  }
  if (packets.length > 0) yield { packets }
}

/** Pieces of whole blocks. A last block that is cut short, if it has samples, is a piece of its own. */
export function* cutBlocks(from: number, bytes: number, blocks: SampleBlocks): Generator<Place> {
  const step = blocks.bytes * Math.max(1, Math.floor(pieceBytes / blocks.bytes))
  const rest = bytes % blocks.bytes
  const end = from + bytes - rest
  for (let at = from; at < end; at += step) yield { at, bytes: Math.min(step, end - at) }
  if (blocks.partial && blocks.partial(rest) > 0) yield { at: end, bytes: rest }
}
