/** ID3v2 tags (id3.org, versions 2.2 to 2.4): their length, and the frames of text in them. */
import type { ByteSource } from '../byteSource.ts'
import type { Excerpt } from '../tags.ts'
import { bytesOf, characters, concatenated, dataView, startsWith } from './bytes.ts'

export const id3HeaderBytes = 10
/** An ID3v1 tag, which starts with `TAG`, at the end of a file. */
export const id3v1Bytes = 128
/** One frame, and all frames that are kept. Pictures are longer, and not used. */
const maxFrameBytes = 64 * 1024
const maxKeptBytes = 256 * 1024
/** Frames that are read: a hostile tag has many tiny ones. */
const maxFrames = 1000
/** A tag under unsynchronisation, which must be undone before its frames can be told apart. */
const maxUnsynchronisedBytes = 1024 * 1024

/** The whole length of the tag with this header; undefined if it is not the header of a tag. */
export function id3Length(header: Uint8Array): number | undefined {
  if (header.byteLength < id3HeaderBytes || !startsWith(header, 'ID3')) return undefined
  const [, , , major = 0, , flags = 0] = header
  if (major < 2 || major > 4 || header.subarray(6, 10).some((byte) => byte > 0x7f)) return undefined
  const footer = major === 4 && (flags & 0x10) !== 0 ? id3HeaderBytes : 0
  return id3HeaderBytes + syncsafe(header, 6) + footer
}

/** The tag at `position`, with its frames of text only. A frame with a wrong length ends the reading. */
export async function excerptId3(source: ByteSource, position: number, length: number): Promise<Excerpt> {
  const header = new Uint8Array(await source.bytes(position, id3HeaderBytes))
  const [, , , major = 0, , flags = 0] = header
  const plain = (flags & 0x80) === 0 || major === 4
  const [offset, bodyBytes] = [position + id3HeaderBytes, length - id3HeaderBytes]
  const body = plain ? bodyAt(source, offset, bodyBytes) : await resynchronised(source, offset, bodyBytes)
  const frames = await textFrames(body, major, (flags & 0x40) !== 0)
  const start = [bytesOf('ID3'), Uint8Array.of(major, 0, 0), asSyncsafe(frames.byteLength)]
  return { mimeType: 'audio/mpeg', bytes: concatenated(...start, frames) }
}

/** The inside of a tag, by positions within it. */
type Body = { length: number; bytes: (position: number, length: number) => Promise<Uint8Array> }

function bodyAt(source: ByteSource, offset: number, length: number): Body {
  return { length, bytes: async (position, wanted) => await source.bytes(offset + position, wanted) }
}

/** Undoes unsynchronisation (ID3v2.3 §5): a zero after every 0xff that a player could take for a frame of audio. */
async function resynchronised(source: ByteSource, offset: number, length: number): Promise<Body> {
  const raw = await source.bytes(offset, Math.min(length, maxUnsynchronisedBytes))
  const bytes = raw.filter((byte, at) => byte !== 0 || raw[at - 1] !== 0xff)
  return {
    length: bytes.byteLength,
    bytes: (position, wanted) => Promise.resolve(bytes.subarray(position, position + wanted)),
  }
}

async function textFrames(body: Body, major: number, extended: boolean): Promise<Uint8Array> {
  const headerBytes = major === 2 ? 6 : 10
  const kept: Uint8Array[] = []
  let room = maxKeptBytes
  let at = extended ? await extendedHeaderBytes(body, major) : 0
  for (let count = 0; count < maxFrames && at + headerBytes <= body.length; count++) {
    const header = await body.bytes(at, headerBytes)
    const id = characters(header, 0, major === 2 ? 3 : 4)
    if (!/^[A-Z0-9]{3,4}$/.test(id)) break // padding or garbage
    const length = headerBytes + frameLength(header, major)
    if (at + length > body.length) break
    if (/^(T|COM)/.test(id) && length <= Math.min(maxFrameBytes, room)) {
      kept.push(new Uint8Array(await body.bytes(at, length)))
      room -= length
    }
    at += length
  }
  return concatenated(...kept)
}

/** The optional header before the frames. Its size includes itself in version 2.4 (§3.2), but not in 2.3 (§3.2). */
async function extendedHeaderBytes(body: Body, major: number): Promise<number> {
  const size = await body.bytes(0, 4)
  if (major === 4) return syncsafe(size, 0)
  return major === 3 ? 4 + dataView(size).getUint32(0) : 0
}

function frameLength(header: Uint8Array, major: number): number {
  const view = dataView(header)
  if (major === 2) return view.getUint32(2) & 0xffffff
  return major === 3 ? view.getUint32(4) : syncsafe(header, 4)
}

/** Four times seven bits (ID3v2.4 §6.2). */
function syncsafe(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4)
  return ((a & 0x7f) << 21) | ((b & 0x7f) << 14) | ((c & 0x7f) << 7) | (d & 0x7f)
}

function asSyncsafe(length: number): Uint8Array {
  return Uint8Array.of(length >> 21, (length >> 14) & 0x7f, (length >> 7) & 0x7f, length & 0x7f)
}
