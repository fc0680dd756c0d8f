/** EBML elements (RFC 8794 §4-6), of which Matroska and WebM files consist: an ID, a length, and the payload. Pure. */
import { dataView } from './bytes.ts'
import { damaged } from './survey.ts'

type Element = {
  id: number
  headerBytes: number
  /** Bytes of the payload; undefined where the writer did not know it (§6.2). */
  length: number | undefined
}

/** With the position of its payload in the file. */
export type Placed = Element & { offset: number }

/** An ID has up to four bytes, a length up to eight. */
export const maxHeaderBytes = 12

/** The IDs that are read (RFC 9559 §5, in the order of its tree). */
export const ids = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  void: 0xec,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  title: 0x7ba9,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  blockDuration: 0x9b,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  defaultDuration: 0x23e383,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  codecDelay: 0x56aa,
  contentEncodings: 0x6d80,
  contentEncoding: 0x6240,
  contentEncodingScope: 0x5032,
  contentCompression: 0x5034,
  contentCompAlgo: 0x4254,
  contentCompSettings: 0x4255,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  outputSamplingFrequency: 0x78b5,
  channels: 0x9f,
  bitDepth: 0x6264,
  tags: 0x1254c367,
  tag: 0x7373,
  targets: 0x63c0,
  targetTypeValue: 0x68ca,
  tagEditionUid: 0x63c9,
  tagChapterUid: 0x63c4,
  tagAttachmentUid: 0x63c6,
  simpleTag: 0x67c8,
  tagName: 0x45a3,
  tagString: 0x4487,
} as const

/** Elements directly in a segment, with seek head, cues, chapters and attachments. They end a cluster of unknown length. */
export const topIds = new Set<number>([
  ids.info,
  ids.cluster,
  ids.tracks,
  ids.tags,
  0x114d9b74,
  0x1c53bb6b,
  0x1043a770,
  0x1941a469,
])

/**
 * The element whose header is at `at`; undefined if nothing there looks like one. It is called millions of times, so it
 * makes nothing but its result.
 */
export function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const idBytes = numberBytes(bytes, at)
  const lengthBytes = numberBytes(bytes, at + idBytes)
  const headerBytes = idBytes + lengthBytes
  if (idBytes > 4 || lengthBytes > 8 || at + headerBytes > bytes.byteLength) return undefined
  const id = bigEndian(bytes, at, idBytes)
  const length = variableNumber(bytes, at + idBytes)
  // All bits set means that the writer did not know the length.
  return { id, headerBytes, length: length === 2 ** (7 * lengthBytes) - 1 ? undefined : length }
}

/** Where an element ends, which must be within what contains it. */
export function endOf({ offset, length }: Placed, end: number): number {
  if (length === undefined || offset + length > end) throw damaged('It is cut short.')
  return offset + length
}

/** How many bytes the number at `at` has, by its first 1 bit (RFC 8794 §4). Nine where there is none. */
export function numberBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  return first === 0 ? 9 : Math.clz32(first) - 23
}

/** The number at `at`, without the bit that shows its length. */
export function variableNumber(bytes: Uint8Array, at: number): number {
  const length = numberBytes(bytes, at)
  const first = (bytes[at] ?? 0) & (0xff >> length)
  return first * 256 ** (length - 1) + bigEndian(bytes, at + 1, length - 1)
}

function bigEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = at; index < at + length; index++) value = value * 256 + (bytes[index] ?? 0)
  return value
}

const knownIds = new Set<number>(Object.values(ids))

/** The first whole element of each ID that is read, directly in `bytes`. */
export function childrenOf(bytes: Uint8Array = Uint8Array.of()): Map<number, Uint8Array> {
  const children = new Map<number, Uint8Array>()
  for (const [id, payload] of eachChild(bytes)) {
    if (knownIds.has(id) && !children.has(id)) children.set(id, payload)
  }
  return children
}

export function* eachChild(bytes: Uint8Array): Generator<[id: number, payload: Uint8Array]> {
  let at = 0
  while (at < bytes.byteLength) {
    const element = readElement(bytes, at)
    if (element?.length === undefined) return
    const start = at + element.headerBytes
    at = start + element.length
    if (at > bytes.byteLength) return
    yield [element.id, bytes.subarray(start, at)]
  }
}

/** An unsigned integer; 0 if absent (RFC 8794 §7.2). */
export function unsigned(bytes: Uint8Array = Uint8Array.of()): number {
  return bigEndian(bytes, 0, bytes.byteLength)
}

/** A float of four or eight bytes; 0 if absent (RFC 8794 §7.3). */
export function float(bytes: Uint8Array | undefined): number {
  if (bytes?.byteLength === 4) return dataView(bytes).getFloat32(0)
  return bytes?.byteLength === 8 ? dataView(bytes).getFloat64(0) : 0
}
