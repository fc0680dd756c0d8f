/** The headers that decoders of Opus and Vorbis want, from what containers other than Ogg have of them. Pure. */
import { bytesOf, concatenated, dataView } from './bytes.ts'
import type { Coding } from './sound.ts'

/** An identification header (RFC 7845 §5.1) from `dOps`, which has the same fields with the high byte first. */
export function opusHeadOf(dOps: Uint8Array): Uint8Array {
  const from = dataView(dOps)
  const head = concatenated(bytesOf('OpusHead\u0001'), dOps.subarray(1, 11 + 2 + from.getUint8(1)))
  const to = new DataView(head.buffer)
  to.setUint16(10, from.getUint16(2), true)
  to.setUint32(12, from.getUint32(4), true)
  to.setUint16(16, from.getUint16(8), true)
  return head
}

/** The samples to drop at the start; 0 if the header is cut short. */
export function preSkipOf(head: Uint8Array): number {
  return head.byteLength < 12 ? 0 : dataView(head).getUint16(10, true)
}

/** A header for one or two channels, where a container has no header. */
export function plainOpusHead(channels: number, preSkip: number): Uint8Array {
  const dOps = new Uint8Array(11)
  dOps[1] = channels
  new DataView(dOps.buffer).setUint16(2, preSkip)
  new DataView(dOps.buffer).setUint32(4, 48000)
  return opusHeadOf(dOps)
}

/** The three headers of Vorbis as Matroska has them (RFC 9559 §"A_VORBIS"): a 2, the lengths of two of them, and all three. */
export function vorbisCoding(bytes: Uint8Array): Coding | undefined {
  const lengths: number[] = []
  let at = 1
  while (lengths.length < 2 && at < bytes.byteLength) {
    let length = 0
    while (bytes[at] === 255) length += bytes[at++] ?? 0
    lengths.push(length + (bytes[at++] ?? 0))
  }
  const [first = 0, second = 0] = lengths
  if (bytes[0] !== 2 || at + first + second >= bytes.byteLength) return undefined
  return {
    codec: 'vorbis',
    identification: bytes.slice(at, at + first),
    setup: bytes.slice(at + first + second),
  }
}
