/** A stream of MPEG audio or ADTS frames. Every frame is counted, so that the duration comes from the bytes. */
import type { ByteSource } from '../byteSource.ts'
import { countNonZero, dataView, startsWith } from './bytes.ts'
import { id3Length, id3v1Bytes } from './id3.ts'
import { frameHeaderBytes, readFrameHeader, type FrameHeader } from './mpegFrames.ts'

export type Frames = {
  first: FrameHeader
  /** Where the first frame starts. */
  offset: number
  count: number
  seconds: number
  /** Bytes in whole frames. */
  bytes: number
  /** Bytes that are neither frames, nor tags, nor zeros. */
  garbageBytes: number
  /** Null if the bit rates of the frames differ. */
  constantBitrate: number | null
}

/** The header of an APEv2 tag; its length is without it. */
const apeHeaderBytes = 32
/** The length of an ADTS frame has 13 bits. MPEG frames are shorter. */
const maxFrameBytes = 8191
/** Frames in a row that prove a stream: a single header occurs by chance once in some thousand bytes. */
const minFrames = 3
/** Enough for that many. */
const lookaheadBytes = minFrames * maxFrameBytes + frameHeaderBytes
/** Garbage before the first frame: the rest of a frame, or the metadata of a radio stream. */
const maxLeadBytes = 8 * 1024

/** A frame, and where it is. */
export type PlacedFrame = { header: FrameHeader; at: number }

/** Frames that are given at once: those of about ten seconds. */
const maxBatchFrames = 500

/** Counts the frames between `from` and `end`; undefined if there is no stream of them. */
export async function countFrames(
  source: ByteSource,
  from: number,
  end: number,
): Promise<Frames | undefined> {
  let counted: Frames | undefined
  let garbage = 0
  for await (const { frames, garbageBytes } of walkFrames(source, from, end)) {
    for (const { header, at } of frames) counted = withFrame(counted, header, at)
    garbage = garbageBytes
  }
  return counted && { ...counted, garbageBytes: garbage }
}

/**
 * The frames between `from` and `end`, batch by batch, with the bytes of garbage so far. `source.buffered` has the frames of
 * a batch until the next one.
 */
export async function* walkFrames(
  source: ByteSource,
  from: number,
  end: number,
): AsyncGenerator<{ frames: PlacedFrame[]; garbageBytes: number }> {
  let frames: PlacedFrame[] = []
  let first: FrameHeader | undefined
  let garbageBytes = 0
  for (let at = from; at + frameHeaderBytes <= end;) {
    const length = Math.min(lookaheadBytes, end - at)
    let bytes = source.buffered(at, length)
    if (!bytes || frames.length === maxBatchFrames) {
      yield { frames, garbageBytes }
      frames = []
    }
    bytes ??= await source.bytes(at, length)
    source.countSteps()
    const header = readFrameHeader(bytes, 0)
    const known = first && header && sameStream(first, header)
    if (header && (known || startsStream(bytes, 0, end - at))) {
      if (at + header.length > end) break // no player plays a frame that is cut short
      first ??= header
      frames.push({ header, at })
      at += header.length
      continue
    }
    const tagBytes = tagLength(bytes)
    const gapBytes = tagBytes ? 0 : distanceToStream(source, bytes, end - at)
    garbageBytes += countNonZero(bytes.subarray(0, gapBytes))
    source.countPart()
    if (!first && garbageBytes > maxLeadBytes) return
    at += tagBytes + gapBytes
  }
  yield { frames, garbageBytes }
}

/** Whether frames of one stream follow each other from `at` on, enough of them or up to the very end. */
function startsStream(bytes: Uint8Array, at: number, available: number): boolean {
  const first = readFrameHeader(bytes, at)
  let next = at
  for (let count = 0; count < minFrames; count++) {
    if (count > 0 && next === available) return true
    const header = readFrameHeader(bytes, next)
    if (!first || !header || !sameStream(first, header)) return false
    next += header.length
  }
  return true
}

/** Whether two frames can belong to one stream. */
function sameStream(a: FrameHeader, b: FrameHeader): boolean {
  return a.codec === b.codec && a.sampleRate === b.sampleRate
}

/** The length of a tag here, such as between joined files; 0 if there is none. */
function tagLength(bytes: Uint8Array): number {
  if (startsWith(bytes, 'TAG')) return id3v1Bytes
  if (startsWith(bytes, 'APETAGEX') && bytes.byteLength >= apeHeaderBytes) {
    return apeHeaderBytes + dataView(bytes).getUint32(12, true)
  }
  return id3Length(bytes) ?? 0
}

/** Bytes up to the next place where a stream starts, or as far as these bytes can tell. */
function distanceToStream(source: ByteSource, bytes: Uint8Array, available: number): number {
  const last = available > bytes.byteLength ? bytes.byteLength - (lookaheadBytes - maxFrameBytes) : available
  for (let at = bytes.indexOf(0xff, 1); at !== -1 && at < last; at = bytes.indexOf(0xff, at + 1)) {
    source.countSteps()
    if (startsStream(bytes, at, available)) return at
  }
  return last
}

function withFrame(frames: Frames | undefined, header: FrameHeader, offset: number): Frames {
  const seconds = header.samples / header.sampleRate
  if (!frames) {
    const { length: bytes, bitrate: constantBitrate } = header
    return { first: header, offset, count: 1, seconds, bytes, garbageBytes: 0, constantBitrate }
  }
  frames.count++
  frames.seconds += seconds
  frames.bytes += header.length
  if (header.bitrate !== frames.constantBitrate) frames.constantBitrate = null
  return frames
}
