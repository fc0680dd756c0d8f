/** The frames of an ID3v2 tag (ID3v2.2 §3.2, ID3v2.3 §3.3, ID3v2.4 §4): where each ends, and its payload. */
import { maxTextBytes } from '../tags.ts'
import { characters, dataView } from './bytes.ts'
import { decodeUnsynchronised, inflate } from './id3Text.ts'

/** The inside of a tag, by positions within it. */
export type TagBody = { length: number; bytes: (position: number, length: number) => Promise<Uint8Array> }

/** A frame with a text: its name, and its bytes as they were before compression. */
type TextFrame = { id: string; payload: Uint8Array }

/** Frames that are read: a hostile tag has many tiny ones. */
const maxFrames = 1000
/** The text of all frames that is read. */
const maxKeptBytes = 256 * 1024
/** Compressed frames that are inflated, which takes long. */
const maxCompressed = 20
const paddingBytes = 10

/** The wanted frames of a tag, up to its padding or to what is no frame. */
export async function* readFrames(
  body: TagBody,
  major: number,
  start: number,
  unsynchronised: boolean,
  wanted: (id: string) => boolean,
): AsyncGenerator<TextFrame> {
  const headerBytes = major === 2 ? 6 : 10
  let room = maxKeptBytes
  let compressed = 0
  let at = start
  for (let count = 0; count < maxFrames && at + headerBytes <= body.length; count++) {
    const header = new Uint8Array(await body.bytes(at, headerBytes))
    const length = await frameLength(body, at, header, major)
    const end = at + headerBytes + (length ?? 0)
    if (length === undefined || end > body.length) return
    // A name of three letters in a frame of four is the name in version 2.2, as old programs write it.
    const id = characters(header, 0, major === 2 ? 3 : 4).replace(/[ \0]$/, '')
    if (wanted(id) && length <= Math.min(maxTextBytes, room)) {
      room -= length
      const bytes = new Uint8Array(await body.bytes(at + headerBytes, length))
      if (isCompressed(header, major) && ++compressed > maxCompressed) return
      const payload = await decodePayload(bytes, header, major, unsynchronised)
      if (payload) yield { id, payload }
    }
    at = end
  }
}

/** The payload's length in a header; undefined for padding, or where no frame follows what cannot be one. */
async function frameLength(
  body: TagBody,
  at: number,
  header: Uint8Array,
  major: number,
): Promise<number | undefined> {
  if (header[0] === 0) return undefined
  const view = dataView(header)
  if (major === 2) return view.getUint32(2) & 0xffffff
  const plain = view.getUint32(4)
  if (plain < 0x80 && isFrameName(header)) return plain // alike in both
  const isSyncsafe = header.subarray(4, 8).every((byte) => byte < 0x80)
  const both = major === 4 ? [syncsafe(header, 4), plain] : [plain, syncsafe(header, 4)]
  return await likelyLength(body, at, isSyncsafe ? both : [plain], isFrameName(header))
}

/**
 * Version 2.4 writes seven bits in each byte of a length (§6.2), and earlier ones plain numbers. Old iTunes and other
 * programs do it the other way. What follows the frame tells which one it is.
 */
async function likelyLength(
  body: TagBody,
  at: number,
  candidates: number[],
  isFrame: boolean,
): Promise<number | undefined> {
  for (const expected of ['frame', 'padding'] as const) {
    for (const length of candidates) {
      if ((await whatFollows(body, at + 10 + length)) === expected && (isFrame || expected === 'frame')) {
        return length
      }
    }
  }
  return isFrame ? candidates[0] : undefined
}

/** What is at a position of a tag. Its end counts as a frame: nothing else leads there by chance. */
async function whatFollows(body: TagBody, at: number): Promise<'frame' | 'padding' | 'other'> {
  if (at === body.length) return 'frame'
  if (at > body.length) return 'other'
  const bytes = await body.bytes(at, Math.min(paddingBytes, body.length - at))
  if (bytes.every((byte) => byte === 0)) return 'padding'
  return isFrameName(bytes) ? 'frame' : 'other'
}

function isFrameName(header: Uint8Array): boolean {
  return /^[A-Z][A-Z0-9]{2}[A-Z0-9 \0]$/.test(characters(header, 0, 4))
}

function isCompressed(header: Uint8Array, major: number): boolean {
  const flag = [0, 0, 0, 0x80, 0x08][major] ?? 0
  return ((header[9] ?? 0) & flag) !== 0
}

/** Undoes what the flags of a frame declare (ID3v2.3 §3.3.1, ID3v2.4 §4.1). Undefined if it is encrypted or damaged. */
async function decodePayload(
  bytes: Uint8Array,
  header: Uint8Array,
  major: number,
  unsynchronised: boolean,
): Promise<Uint8Array | undefined> {
  const flags = header[9] ?? 0
  if (major === 3) {
    if (flags & 0x40) return undefined
    const start = (flags & 0x80 ? 4 : 0) + (flags & 0x20 ? 1 : 0)
    return flags & 0x80 ? await inflate(bytes.subarray(start), maxTextBytes) : bytes.subarray(start)
  }
  if (major === 4) {
    if (flags & 0x04) return undefined
    const start = (flags & 0x40 ? 1 : 0) + (flags & 0x01 ? 4 : 0)
    const plain = flags & 0x02 || unsynchronised ? decodeUnsynchronised(bytes) : bytes
    return flags & 0x08 ? await inflate(plain.subarray(start), maxTextBytes) : plain.subarray(start)
  }
  return bytes
}

/** Four times seven bits (ID3v2.4 §6.2). */
export function syncsafe(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4)
  return ((a & 0x7f) << 21) | ((b & 0x7f) << 14) | ((c & 0x7f) << 7) | (d & 0x7f)
}
