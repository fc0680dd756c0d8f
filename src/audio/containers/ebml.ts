/** EBML elements (RFC 8794 §4-6), of which Matroska and WebM files consist: an ID, a length, and the payload. Pure. */
import { dataView } from './bytes.ts'

export type Element = {
  id: number
  headerBytes: number
  /** Bytes of the payload; undefined where the writer did not know it (§6.2). */
  length: number | undefined
}

/** An ID has up to four bytes, a length up to eight. */
export const maxHeaderBytes = 12

/** The IDs that are read (RFC 9559 §5, in the order of its tree). */
export const ids = {
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
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  tags: 0x1254c367,
  targets: 0x63c0,
  targetTypeValue: 0x68ca,
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

/** The element whose header is at `at`; undefined if nothing there looks like one. */
export function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const idBytes = Math.clz32((bytes[at] ?? 0) << 24) + 1
  const lengthBytes = Math.clz32((bytes[at + idBytes] ?? 0) << 24) + 1
  const headerBytes = idBytes + lengthBytes
  if (idBytes > 4 || lengthBytes > 8 || at + headerBytes > bytes.byteLength) return undefined
  const id = unsigned(bytes.subarray(at, at + idBytes))
  const field = bytes.subarray(at + idBytes, at + headerBytes)
  const unknown = field.every((byte, index) => byte === (index === 0 ? 0xff >> (lengthBytes - 1) : 0xff))
  return { id, headerBytes, length: unknown ? undefined : variableNumber(field) }
}

/** A number whose first 1 bit shows how many bytes it has, and is not part of it (RFC 8794 §4). */
export function variableNumber(field: Uint8Array): number {
  const [first = 0, ...rest] = field
  return unsigned(Uint8Array.of(first & (0x7f >> (field.byteLength - 1)), ...rest))
}

/** The first whole element of each ID directly in `bytes`. */
export function childrenOf(bytes: Uint8Array = Uint8Array.of()): Map<number, Uint8Array> {
  const children = new Map<number, Uint8Array>()
  for (const [id, payload] of eachChild(bytes)) if (!children.has(id)) children.set(id, payload)
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
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}

/** A float of four or eight bytes; 0 if absent (RFC 8794 §7.3). */
export function float(bytes: Uint8Array | undefined): number {
  if (bytes?.byteLength === 4) return dataView(bytes).getFloat32(0)
  return bytes?.byteLength === 8 ? dataView(bytes).getFloat64(0) : 0
}
