/** A stream of MPEG audio or ADTS frames: every frame is counted, so that the length is what the bytes give. */
import type { ByteSource } from '../byteSource.ts'
import { countNonZero, startsWith } from './bytes.ts'
import {
  frameHeaderBytes,
  maxFrameBytes,
  readFrameHeader,
  sameStream,
  type FrameHeader,
} from './frameHeader.ts'
import { id3Length, id3v1Bytes } from './id3.ts'

/** Frames in a row that make a stream: a header alone comes by chance once in some thousand bytes. */
const convincingFrames = 3
/** Enough for that many. */
const lookaheadBytes = convincingFrames * maxFrameBytes + frameHeaderBytes
/** What may precede the first frame, beside zeros and tags: the rest of a frame, metadata of a radio stream. */
const maxLeadBytes = 8 * 1024

export type Frames = {
  first: FrameHeader
  /** Where the first frame lies. */
  offset: number
  count: number
  seconds: number
  /** Bytes in whole frames. */
  bytes: number
  /** Bytes that are neither frames, nor tags, nor zeros. */
  foreignBytes: number
  /** Of all frames, or null if they differ. */
  constantBitrate: number | null
}

/** Counts the frames between `from` and `end`; undefined if there is no stream of them. */
export async function countFrames(
  source: ByteSource,
  from: number,
  end: number,
): Promise<Frames | undefined> {
  let frames: Frames | undefined
  let at = from
  let foreignBytes = 0
  while (at + frameHeaderBytes <= end) {
    const length = Math.min(lookaheadBytes, end - at)
    const bytes = source.held(at, length) ?? (await source.bytes(at, length))
    const header = readFrameHeader(bytes, 0)
    const known = frames && header && sameStream(frames.first, header)
    if (header && (known || convinces(bytes, 0, end - at))) {
      if (at + header.length > end) break // cut short: it does not sound
      frames = withFrame(frames, header, at)
      at += header.length
      continue
    }
    const tagBytes = tagLength(bytes)
    const gapBytes = tagBytes ? 0 : distanceToStream(bytes, end - at)
    foreignBytes += countNonZero(bytes.subarray(0, gapBytes))
    source.countPart()
    if (!frames && foreignBytes > maxLeadBytes) return undefined
    at += tagBytes + gapBytes
  }
  return frames && { ...frames, foreignBytes }
}

/** Whether frames of one stream follow each other from `at` on, or do so to the very end. */
function convinces(bytes: Uint8Array, at: number, available: number): boolean {
  const first = readFrameHeader(bytes, at)
  let next = at
  for (let count = 0; count < convincingFrames; count++) {
    if (count > 0 && next === available) return true
    const header = readFrameHeader(bytes, next)
    if (!first || !header || !sameStream(first, header)) return false
    next += header.length
  }
  return true
}

/** The tag that starts here, as between files that were joined; 0 if none does. */
function tagLength(bytes: Uint8Array): number {
  return startsWith(bytes, 'TAG') ? id3v1Bytes : (id3Length(bytes) ?? 0)
}

/** Bytes to the next place where a stream starts, or as far as can be said from these. */
function distanceToStream(bytes: Uint8Array, available: number): number {
  const last = available > bytes.byteLength ? bytes.byteLength - (lookaheadBytes - maxFrameBytes) : available
  for (let at = bytes.indexOf(0xff, 1); at !== -1 && at < last; at = bytes.indexOf(0xff, at + 1)) {
    if (convinces(bytes, at, available)) return at
  }
  return last
}

function withFrame(frames: Frames | undefined, header: FrameHeader, offset: number): Frames {
  const seconds = header.samples / header.sampleRate
  if (!frames) {
    const { length: bytes, bitrate: constantBitrate } = header
    return { first: header, offset, count: 1, seconds, bytes, foreignBytes: 0, constantBitrate }
  }
  frames.count++
  frames.seconds += seconds
  frames.bytes += header.length
  if (header.bitrate !== frames.constantBitrate) frames.constantBitrate = null
  return frames
}
