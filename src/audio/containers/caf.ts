/** CAF files (Apple Core Audio Format Specification 1.0), as iPhones and Macs record them. */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTextBytes, type EmbeddedTags, type TextTags } from '../tags.ts'
import { characters, dataView } from './bytes.ts'
import type { Chunk } from './chunks.ts'
import { blocksOfCoding } from './codings.ts'
import { readAlac, readDescriptors, type DecoderConfig } from './decoderConfig.ts'
import { alacHeaderBytes, alacPacketSamples } from './packets.ts'
import { sumVariableNumbers } from './packetTable.ts'
import { countSamples, fixedSamples, type SampleBlocks } from './sampleBlocks.ts'
import { damaged, notAudio, type Format, type Survey } from './survey.ts'

export const caf: Format = {
  matches: (head) => head.startsWith('caff\0\u0001'),
  survey: surveyCaf,
  leadingTag: 'refused',
}

const fileHeaderBytes = 8
const chunkHeaderBytes = 12
/** The `data` chunk begins with a count of edits. */
const editCountBytes = 4
const packetTableHeaderBytes = 24
const maxCookieBytes = 4096
/** Pairs of texts that are read. */
const maxPairs = 1000

/** `desc` (§"Audio Description Chunk"). Sizes are 0 where they vary. */
type Description = {
  sampleRate: number
  coding: string
  packetBytes: number
  packetSamples: number
  channels: number
  bits: number
}
type Found = {
  description?: Description
  sound?: Chunk
  packets?: Packets
  config?: DecoderConfig
  tags: EmbeddedTags[]
}
/** What a packet table declares. */
type Packets = { count: number; validSamples: number; chunk: Chunk }

const names: Record<string, string> = {
  lpcm: 'PCM',
  'aac ': 'MPEG-4/AAC',
  aace: 'MPEG-4/AAC ELD',
  aacf: 'MPEG-4/AAC ELD',
  aacl: 'MPEG-4/AAC LD',
  aach: 'MPEG-4/HE-AAC',
  aacp: 'MPEG-4/HE-AACv2',
  alac: 'ALAC',
  flac: 'FLAC',
  opus: 'Opus',
  '.mp3': 'MPEG Layer 3',
  '.mp2': 'MPEG Layer 2',
  '.mp1': 'MPEG Layer 1',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
}

async function surveyCaf(source: ByteSource, start: number): Promise<Survey> {
  const { description, sound, packets, config, tags } = await findChunks(source, start)
  if (!description) throw damaged('It does not declare its sample format.')
  if (!sound || sound.length <= 0) throw damaged('It contains no audio.')
  const { coding } = description
  const duration = (await samplesIn(source, description, sound, packets)) / description.sampleRate
  const sampleRate = config?.sampleRate ?? (coding === 'opus' ? 48000 : description.sampleRate)
  const channels = config?.channels ?? description.channels
  const codec = config?.codec ?? names[coding] ?? coding
  const bitrate = (sound.length * 8) / duration
  return { contentType: 'audio/x-caf', codec, duration, sampleRate, channels, bitrate, tags }
}

/** Packets of one size are counted by the bytes, others by their table, which also declares what plays of them. */
async function samplesIn(
  source: ByteSource,
  description: Description,
  sound: Chunk,
  packets: Packets | undefined,
): Promise<number> {
  const blocks = blocksOf(description)
  if (blocks) {
    const samples = countSamples(sound.length, blocks)
    return packets && packets.validSamples > 0 ? Math.min(samples, packets.validSamples) : samples
  }
  if (!packets) throw damaged('It is cut short: its packet table is missing.')
  const { coding, packetSamples } = description
  if (packetSamples === 0) throw notAudio(coding, `a CAF file with packets of unlike durations (${coding})`)
  const { offset, length } = packets.chunk
  const from = offset + packetTableHeaderBytes
  const { sum, last } = await sumVariableNumbers(source, from, offset + length, packets.count)
  if (sum > sound.length) throw damaged('It is cut short: its packet table declares more than there is.')
  const lastPacket = await source.bytes(sound.offset + sum - last, Math.min(last, alacHeaderBytes))
  // Writers may count the last packet of ALAC as a whole one.
  const lastSamples = coding === 'alac' ? alacPacketSamples(lastPacket, packetSamples) : packetSamples
  return Math.max(0, Math.min(packets.validSamples, (packets.count - 1) * packetSamples + lastSamples))
}

function blocksOf({
  coding,
  packetBytes,
  packetSamples,
  channels,
  bits,
}: Description): SampleBlocks | undefined {
  if (channels === 0) return undefined
  if (coding === 'lpcm') {
    return packetBytes > 0
      ? { bytes: packetBytes, samples: packetSamples }
      : fixedSamples(channels, bits || 8)
  }
  const known = blocksOfCoding(coding, channels, bits)
  if (known) return known
  return packetBytes > 0 && packetSamples > 0 ? { bytes: packetBytes, samples: packetSamples } : undefined
}

async function findChunks(source: ByteSource, start: number): Promise<Found> {
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
  if (id === 'kuki' && length <= maxCookieBytes && !found.config) {
    const cookie = await source.bytes(offset, length)
    const config = found.description && readCookie(found.description.coding, cookie)
    if (config) found.config = config
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
  return { count, validSamples, chunk }
}

/** The magic cookie: of ALAC alone or behind `frma` and `alac` boxes, of AAC the descriptors of MP4. */
function readCookie(coding: string, cookie: Uint8Array): DecoderConfig | undefined {
  if (coding === 'alac') {
    const isWrapped = characters(cookie, 4, 4) === 'frma'
    const config = cookie.subarray(isWrapped ? 24 : 0)
    return config.byteLength >= 24 ? readAlac(config) : undefined
  }
  const config = coding.startsWith('aac') ? readDescriptors(cookie) : undefined
  return config === 'mpeg' ? undefined : config
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
