/** The chunks of a CAF file: what they declare of its sound, and its texts. */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTextBytes, type EmbeddedTags, type TextTags } from '../tags.ts'
import { characters, dataView } from './bytes.ts'
import type { Chunk } from './chunks.ts'
import { damaged } from './survey.ts'

const fileHeaderBytes = 8
const chunkHeaderBytes = 12
/** The `data` chunk begins with a count of edits. */
const editCountBytes = 4
const packetTableHeaderBytes = 24
const maxCookieBytes = 4096
/** Pairs of texts that are read. */
const maxPairs = 1000

/** `desc` (§"Audio Description Chunk"). Sizes are 0 where they vary. */
export type Description = {
  sampleRate: number
  coding: string
  /** Of PCM: 1 for floating point, 2 for the low byte first. */
  flags: number
  packetBytes: number
  packetSamples: number
  channels: number
  bits: number
}
export type Found = {
  description?: Description
  sound?: Chunk
  packets?: Packets
  /** The magic cookie: what a decoder is configured with. */
  cookie?: Uint8Array
  tags: EmbeddedTags[]
}
/** What a packet table declares: samples that the encoder added in front, and those that play after them. */
export type Packets = { count: number; primingSamples: number; validSamples: number; chunk: Chunk }

export async function findChunks(source: ByteSource, start: number): Promise<Found> {
  const found: Found = { tags: [] }
  let at = start + fileHeaderBytes
  while (at + chunkHeaderBytes <= source.size) {
    source.countPart()
    const header = await source.bytes(at, chunkHeaderBytes)
    const id = characters(header, 0, 4)
    if (!/^[\x20-\x7e]{4}$/.test(id)) break // padding or garbage
    const declared = Number(dataView(header).getBigInt64(4))
    const offset = at + chunkHeaderBytes
    // -1: a recording that was not finished. Its sound goes on to the end.
    const length = id === 'data' && declared === -1 ? source.size - offset : declared
    if (length < 0) throw damaged('A chunk in it has an impossible length.')
    if (offset + length > source.size && found.sound) break // garbage after the last chunk
    if (offset + length > source.size) throw damaged(`It is cut short within ${id.trim()}.`)
    await takeChunk(source, { id, offset, length }, found)
    at = offset + length
  }
  return found
}

async function takeChunk(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  const { id, offset, length } = chunk
  if (id === 'desc') found.description ??= readDescription(await source.bytes(offset, Math.min(length, 32)))
  if (id === 'data') {
    found.sound ??= { id, offset: offset + editCountBytes, length: length - editCountBytes }
  }
  if (id === 'pakt') found.packets ??= await readPackets(source, chunk)
  if (id === 'kuki' && length <= maxCookieBytes) {
    found.cookie ??= new Uint8Array(await source.bytes(offset, length))
  }
  if (id === 'info' && length <= maxTextBytes && found.tags.length === 0) {
    found.tags.push(readInfo(await source.bytes(offset, length)))
  }
}

function readDescription(bytes: Uint8Array): Description {
  const view = dataView(bytes)
  return {
    sampleRate: view.getFloat64(0),
    coding: characters(bytes, 8, 4),
    flags: view.getUint32(12),
    packetBytes: view.getUint32(16),
    packetSamples: view.getUint32(20),
    channels: view.getUint32(24),
    bits: view.getUint32(28),
  }
}

async function readPackets(source: ByteSource, chunk: Chunk): Promise<Packets> {
  const view = dataView(await source.bytes(chunk.offset, Math.min(chunk.length, packetTableHeaderBytes)))
  const [count, validSamples] = [Number(view.getBigInt64(0)), Number(view.getBigInt64(8))]
  if (count < 0 || validSamples < 0) throw damaged('Its packet table is impossible.')
  return { count, primingSamples: Math.max(0, view.getInt32(16)), validSamples, chunk }
}

/** `info`: a number of pairs of texts, each ended by a NUL. */
function readInfo(bytes: Uint8Array): EmbeddedTags {
  const texts: TextTags = new Map()
  const pairs = bytes.byteLength < 4 ? 0 : dataView(bytes).getUint32(0)
  let at = 4
  for (let count = 0; count < Math.min(pairs, maxPairs); count++) {
    const nameEnd = bytes.indexOf(0, at)
    const textEnd = nameEnd === -1 ? -1 : bytes.indexOf(0, nameEnd + 1)
    if (textEnd === -1) break
    const name = characters(bytes, at, Math.min(nameEnd - at, 100))
    addText(texts, name, new Uint8Array(bytes.subarray(nameEnd + 1, textEnd)))
    at = textEnd + 1
  }
  return fieldsOf(texts)
}
