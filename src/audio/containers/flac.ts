/** FLAC files (RFC 9639): metadata blocks, then frames. The last frame shows how far the audio really goes. */
import type { ByteSource } from '../byteSource.ts'
import { addText, decodeText, fieldsOf, type TextTags } from '../tags.ts'
import { dataView } from './bytes.ts'
import { damaged, type Survey } from './survey.ts'

const blockHeaderBytes = 4
/** More than there are block types (seven bits), each of which may occur a few times. */
const maxBlocks = 1000
/** The longest comment block or packet that is read. */
export const maxCommentBytes = 1024 * 1024
/** Where the last frame is searched: most frames are shorter than the first length, and none is longer than the second. */
const tailsBytes = [64 * 1024, 4 * 1024 * 1024]

/** STREAMINFO (§8.2). `totalSamples` is 0 where the encoder did not know it. */
export type StreamInfo = {
  minBlockSamples: number
  sampleRate: number
  channels: number
  bitsPerSample: number
  totalSamples: number
}

export const streamInfoBytes = 34

export async function surveyFlac(source: ByteSource, start: number): Promise<Survey> {
  const { info, tags, end } = await readBlocks(source, start + 4)
  const { sampleRate, channels, totalSamples } = info
  if (!hasSyncCode(await source.bytes(end, 2), 0)) throw damaged('No audio follows its metadata.')
  const samples = await countSamples(source, end, info)
  if (samples < totalSamples) {
    throw damaged(`It is cut short: it declares ${totalSamples} samples and contains ${samples}.`)
  }
  const duration = (totalSamples || samples) / sampleRate
  const bitrate = ((source.size - end) * 8) / duration
  return { contentType: 'audio/flac', codec: 'FLAC', duration, sampleRate, channels, bitrate, tags }
}

async function readBlocks(
  source: ByteSource,
  from: number,
): Promise<{ info: StreamInfo; tags: Survey['tags']; end: number }> {
  let info: StreamInfo | undefined
  const tags: Survey['tags'] = []
  let at = from
  for (let count = 0; count < maxBlocks; count++) {
    const header = await source.bytes(at, blockHeaderBytes)
    if (header.byteLength < blockHeaderBytes) throw damaged('It is cut short within its metadata.')
    const [start, length] = [at + blockHeaderBytes, dataView(header).getUint32(0) & 0xffffff]
    const [lastAndType = 0] = header
    at = start + length
    if (at > source.size) throw damaged('It is cut short within its metadata.')
    if ((lastAndType & 0x7f) === 0 && length === streamInfoBytes) {
      info ??= readStreamInfo(await source.bytes(start, length))
    }
    if ((lastAndType & 0x7f) === 4) {
      tags.push(fieldsOf(readComments(await source.bytes(start, Math.min(length, maxCommentBytes)))))
    }
    if (lastAndType & 0x80) break
  }
  if (!info) throw damaged('It does not declare its sample format.')
  return { info, tags, end: at }
}

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

/**
 * A Vorbis comment (§8.6; Vorbis I §5): a vendor, a count, then `NAME=text` entries, each after its length. A length
 * that leads beyond the bytes ends the reading.
 */
export function readComments(bytes: Uint8Array): TextTags {
  const texts: TextTags = new Map()
  const view = dataView(bytes)
  let at = bytes.byteLength < 4 ? bytes.byteLength : 8 + view.getUint32(0, true)
  while (at + 4 <= bytes.byteLength) {
    const start = at + 4
    at = start + view.getUint32(at, true)
    if (at > bytes.byteLength) break
    const entry = bytes.subarray(start, at)
    const equals = entry.indexOf(0x3d)
    if (equals > 0) addText(texts, decodeText(entry.subarray(0, equals)), entry.subarray(equals + 1))
  }
  return texts
}

/** Samples up to the end of the last frame. */
async function countSamples(source: ByteSource, from: number, info: StreamInfo): Promise<number> {
  for (const tailBytes of tailsBytes) {
    const start = Math.max(from, source.size - tailBytes)
    const end = lastFrameEnd(await source.bytes(start, Math.min(tailBytes, source.size - start)), info)
    if (end !== undefined) return end
    if (start === from) break
  }
  throw damaged('Its frames cannot be read.')
}

/** Where the last frame in `bytes` ends, in samples from the start of the stream; undefined if there is none. */
function lastFrameEnd(bytes: Uint8Array, info: StreamInfo): number | undefined {
  for (let at = bytes.lastIndexOf(0xff); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(0xff, at - 1)) {
    const end = hasSyncCode(bytes, at) ? frameEnd(bytes.subarray(at), info) : undefined
    const possible = end !== undefined && (!info.totalSamples || end <= info.totalSamples)
    if (possible) return end
  }
  return undefined
}

/** The sync code of a frame, and a bit that is always 0 (§9.1). */
function hasSyncCode(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xfe) === 0xf8
}

/** The sample after the last one of a frame; undefined if its header is inconsistent or its checksum is wrong. */
function frameEnd(bytes: Uint8Array, info: StreamInfo): number | undefined {
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

const bitsByCode = [0, 8, 12, undefined, 16, 20, 24, 32]

/** A number coded like UTF-8, but up to seven bytes long (§9.1.5). */
function readCodedNumber(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
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
function blockSamples(code: number, bytes: Uint8Array, at: number): { samples: number; end: number } {
  const [high = 0, low = 0] = bytes.subarray(at, at + 2)
  if (code === 1) return { samples: 192, end: at }
  if (code <= 5) return { samples: 144 << code, end: at }
  if (code === 6) return { samples: high + 1, end: at + 1 }
  if (code === 7) return { samples: high * 256 + low + 1, end: at + 2 }
  return { samples: 1 << code, end: at }
}

/** CRC-8 with the polynomial x^8 + x^2 + x + 1. */
function crc8(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 0x107 : crc << 1
  }
  return crc
}
