/** A stream of MPEG audio or ADTS frames. Every frame is counted, so that the duration comes from the bytes. */
import type { ByteSource } from '../byteSource.ts'
import { countNonZero, dataView, startsWith } from './bytes.ts'
import { aacRates } from './decoderConfig.ts'
import { id3Length, id3v1Bytes } from './id3.ts'

export type FrameHeader = {
  contentType: 'audio/mpeg' | 'audio/aac'
  codec: string
  /** Bytes of the whole frame. */
  length: number
  /** Per channel. */
  samples: number
  sampleRate: number
  /** Null where the audio data declares it, not the header. */
  channels: number | null
  /** Null for ADTS, whose frames vary in length. */
  bitrate: number | null
  /** Bytes from the start of the frame to a Xing or Info header, in the frame that may have one. */
  infoOffset: number
}

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
/** The bytes of a header that are read. */
const frameHeaderBytes = 7
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

/**
 * The header at `at`: of an MPEG audio frame (ISO/IEC 11172-3 §2.4.2.3, 13818-3) or an ADTS frame (13818-7 §6.2).
 * Undefined if there is none, or if its bit rate is "free", which no browser plays.
 */
export function readFrameHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const second = bytes[at + 1] ?? 0
  if (bytes[at] !== 0xff || second < 0xe0 || at + frameHeaderBytes > bytes.byteLength) return undefined
  return (second & 0xf6) === 0xf0 ? readAdtsHeader(bytes, at) : readMpegHeader(bytes, at)
}

/** By version, as two bits of the header code it: 2.5, reserved, 2 and 1. */
const versions = [2.5, undefined, 2, 1] as const
const rates = [[11025, 12000, 8000], [], [22050, 24000, 16000], [44100, 48000, 32000]]
/** Reserved, 3, 2 and 1. */
const layers = [undefined, 3, 2, 1] as const
const adtsChannels = [null, 1, 2, 3, 4, 5, 6, 8]
/** kbit/s by layer, of version 1 and of the others, then by index from 1 to 14. 0 is "free" and 15 is forbidden. */
const slow = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const bitrates = {
  1: [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  ],
  2: [[32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384], slow],
  3: [[32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320], slow],
}

/** Called for each frame, and for each place where one may begin. So it makes nothing but its result. */
function readMpegHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const second = bytes[at + 1] ?? 0
  const third = bytes[at + 2] ?? 0
  const fourth = bytes[at + 3] ?? 0
  const version = versions[(second >> 3) & 3]
  const layer = layers[(second >> 1) & 3]
  if (!version || !layer) return undefined
  const sampleRate = rates[(second >> 3) & 3]?.[(third >> 2) & 3]
  const kbits = bitrates[layer][version === 1 ? 0 : 1]?.[(third >> 4) - 1]
  if (!sampleRate || !kbits || (fourth & 3) === 2) return undefined // an emphasis of 2 is reserved
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152
  const slotBytes = layer === 1 ? 4 : 1
  const slots = Math.floor(((samples / 8) * kbits * 1000) / sampleRate / slotBytes)
  const mono = fourth >> 6 === 3
  return {
    contentType: 'audio/mpeg',
    codec: codecNames[(second >> 1) & 15] ?? '',
    length: (slots + ((third >> 1) & 1)) * slotBytes,
    samples,
    sampleRate,
    channels: mono ? 1 : 2,
    bitrate: kbits * 1000,
    infoOffset: 4 + (version === 1 ? (mono ? 17 : 32) : mono ? 9 : 17),
  }
}

/** By the four bits of version and layer. */
const codecNames = versions.flatMap((version) => layers.map((layer) => `MPEG ${version} Layer ${layer}`))

function readAdtsHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const third = bytes[at + 2] ?? 0
  const fourth = bytes[at + 3] ?? 0
  const sampleRate = aacRates[(third >> 2) & 15]
  const length = ((fourth & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5)
  const headerBytes = (bytes[at + 1] ?? 0) & 1 ? 7 : 9
  if (!sampleRate || length <= headerBytes) return undefined
  return {
    contentType: 'audio/aac',
    codec: 'AAC',
    length,
    samples: 1024 * (((bytes[at + 6] ?? 0) & 3) + 1),
    sampleRate,
    channels: adtsChannels[((third & 1) << 2) | (fourth >> 6)] ?? null,
    bitrate: null,
    infoOffset: length,
  }
}
