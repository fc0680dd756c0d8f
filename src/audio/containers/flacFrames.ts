/** STREAMINFO and the headers of frames of FLAC (RFC 9639 §8.2 and §9.1), alone, in Ogg and in MP4. Pure. */
import { dataView } from './bytes.ts'

/** STREAMINFO (§8.2). `totalSamples` is 0 where the encoder did not know it. */
export type StreamInfo = {
  minBlockSamples: number
  sampleRate: number
  channels: number
  bitsPerSample: number
  totalSamples: number
}

export const streamInfoBytes = 34

export function readStreamInfo(bytes: Uint8Array): StreamInfo {
  const view = dataView(bytes)
  const packed = view.getBigUint64(10)
  return {
    minBlockSamples: view.getUint16(0),
    sampleRate: Number(packed >> 44n),
    channels: Number((packed >> 41n) & 7n) + 1,
    bitsPerSample: Number((packed >> 36n) & 31n) + 1,
    totalSamples: Number(packed & 0xfffffffffn),
  }
}

/** The sync code of a frame, and a bit that is always 0 (§9.1). */
export function hasSyncCode(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xfe) === 0xf8
}

/** The first sample of a frame, and the one after its last; undefined unless there is a header with a right checksum at `at`. */
export function frameSpan(
  bytes: Uint8Array,
  at: number,
  info: StreamInfo,
): { start: number; end: number } | undefined {
  if (!hasSyncCode(bytes, at)) return undefined
  const frame = bytes.subarray(at, at + maxFrameHeaderBytes)
  const end = frameEnd(frame, info)
  return end === undefined ? undefined : { start: end - frameSamples(frame), end }
}

/** Sync code and fields, a coded number, a block size, a rate and a checksum (§9.1). */
export const maxFrameHeaderBytes = 4 + 7 + 2 + 2 + 1

/** The sample after the last one of a frame; undefined if its header is inconsistent or its checksum is wrong. */
export function frameEnd(bytes: Uint8Array, info: StreamInfo): number | undefined {
  const [, second = 0, third = 0, fourth = 0] = bytes
  if (third >> 4 === 0 || (third & 15) === 15 || fourth >> 4 > 10 || fourth & 1) return undefined
  if (bitsByCode[(fourth >> 1) & 7] !== info.bitsPerSample && (fourth & 14) !== 0) return undefined
  if (fourth >> 4 < 8 ? (fourth >> 4) + 1 !== info.channels : info.channels !== 2) return undefined
  const coded = readCodedNumber(bytes, 4)
  if (!coded) return undefined
  const block = blockSamples(third >> 4, bytes, coded.end)
  const checkedBytes = block.end + ([12, 13, 14].includes(third & 15) ? ((third & 15) === 12 ? 1 : 2) : 0)
  if (bytes[checkedBytes] !== crc8(bytes.subarray(0, checkedBytes))) return undefined
  // The number counts samples if the block size is variable, otherwise blocks.
  return block.samples + coded.value * (second & 1 ? 1 : info.minBlockSamples)
}

/** The samples of the frame that these bytes begin; 0 if they begin none. */
export function frameSamples(bytes: Uint8Array): number {
  const coded = hasSyncCode(bytes, 0) ? readCodedNumber(bytes, 4) : undefined
  return coded ? blockSamples((bytes[2] ?? 0) >> 4, bytes, coded.end).samples : 0
}

export const bitsByCode = [0, 8, 12, undefined, 16, 20, 24, 32]

/** A number coded like UTF-8, but up to seven bytes long (§9.1.5). */
export function readCodedNumber(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  const lead = bytes[at] ?? 0
  const length = Math.clz32(~(lead << 24))
  if (length === 0) return { value: lead, end: at + 1 }
  if (length === 1 || length > 7) return undefined
  let value = lead & (0x7f >> length)
  for (const byte of bytes.subarray(at + 1, at + length)) {
    if (byte >> 6 !== 2) return undefined
    value = value * 64 + (byte & 63)
  }
  return { value, end: at + length }
}

/** The samples of a block by its code (§9.1.1). For two codes the number is after the header. */
export function blockSamples(code: number, bytes: Uint8Array, at: number): { samples: number; end: number } {
  const [high = 0, low = 0] = bytes.subarray(at, at + 2)
  if (code === 1) return { samples: 192, end: at }
  if (code <= 5) return { samples: 144 << code, end: at }
  if (code === 6) return { samples: high + 1, end: at + 1 }
  if (code === 7) return { samples: high * 256 + low + 1, end: at + 2 }
  return { samples: 1 << code, end: at }
}

/**
 * Whether a frame that begins here is there to its end: the checksum of all of it, with the two bytes of the checksum
 * itself, is 0 (§9.3). What follows a frame is not known, so any place counts. A cut frame passes by chance, with a
 * probability of 1 in 65,536 for each of its bytes that are left.
 */
export function isWholeFrame(bytes: Uint8Array): boolean {
  let crc = 0
  for (let at = 0; at < bytes.byteLength; at++) {
    crc = ((crc << 8) & 0xffff) ^ (crc16[(crc >> 8) ^ (bytes[at] ?? 0)] ?? 0)
    if (crc === 0 && at >= minFrameBytes) return true
  }
  return false
}

/**
 * The bytes up to the last place where the checksum is right: the end of a frame that something else follows. All of them if
 * it is right nowhere.
 */
export function trimmedFrame(bytes: Uint8Array): Uint8Array {
  let crc = 0
  let end = 0
  for (let at = 0; at < bytes.byteLength; at++) {
    crc = ((crc << 8) & 0xffff) ^ (crc16[(crc >> 8) ^ (bytes[at] ?? 0)] ?? 0)
    if (crc === 0 && at >= minFrameBytes) end = at + 1
  }
  return end > 0 ? bytes.subarray(0, end) : bytes
}

/** A header, a subframe of a constant, and the checksum. */
export const minFrameBytes = 9
/** The size of a block has 16 bits. */
export const maxFrameSamples = 65_536
/** CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, of each byte. */
export const crc16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1
  return crc
})

/** CRC-8 with the polynomial x^8 + x^2 + x + 1. */
function crc8(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 0x107 : crc << 1
  }
  return crc
}
