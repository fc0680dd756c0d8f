/** WAV files: RIFF (Multimedia Programming Interface 1.0), and RF64 (EBU Tech 3306) for lengths over 4 GB. */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTextBytes, type Excerpt, type TextTags } from '../tags.ts'
import { characters, dataView, startsWith } from './bytes.ts'
import { excerptId3, id3HeaderBytes, id3Length } from './id3.ts'
import { countFrames } from './mpegFrames.ts'
import { damaged, type Survey } from './survey.ts'

/**
 * A program that writes to a pipe cannot go back to fill in the length. It leaves 0, 0xffffffff or about 2^31, and the
 * data goes on to the end of the file. No upload is that long, so such a length means nothing else.
 */
const openLength = 0x7fff_f000

/** Codecs by their number in WAVEFORMATEX. QuickTime uses these too (QuickTime File Format, "Sound sample formats"). */
const codecs: Record<number, string> = {
  0x0001: 'PCM',
  0x0002: 'ADPCM',
  0x0003: 'IEEE_FLOAT',
  0x0006: 'ALAW',
  0x0007: 'MULAW',
  0x0011: 'DVI_ADPCM',
  0x0031: 'GSM610',
  0x0050: 'MPEG',
  0x0055: 'MPEGLAYER3',
  0x00ff: 'RAW_AAC1',
}
const uncompressed = new Set([0x0001, 0x0003, 0x0006, 0x0007])
const mpeg = new Set([0x0050, 0x0055])

type Format = {
  tag: number
  channels: number
  sampleRate: number
  byteRate: number
  blockBytes: number
}
type Found = { format?: Format; samples?: number; data?: Chunk; dataBytes?: number; tags: Survey['tags'] }

export async function surveyWav(source: ByteSource, start: number): Promise<Survey> {
  const found = await findChunks(source, start)
  if (!found.format) throw damaged('It does not declare its sample format.')
  if (!found.data || found.data.length === 0) throw damaged('It contains no audio.')
  const { tag, channels, sampleRate } = found.format
  const duration = await durationOf(source, found.format, found.data, found.samples)
  const bitrate = (found.data.length * 8) / duration
  const codec = wavCodec(tag)
  return { contentType: 'audio/wav', codec, duration, sampleRate, channels, bitrate, tags: found.tags }
}

/** The name of a codec by its number in WAVEFORMATEX. */
export function wavCodec(tag: number): string {
  return codecs[tag] ?? `WAVE format ${tag}`
}

async function findChunks(source: ByteSource, start: number): Promise<Found> {
  const found: Found = { tags: [] }
  const riffLength = dataView(await source.bytes(start, 12)).getUint32(4, true)
  const isOpen = ({ length }: Chunk): boolean =>
    length >= openLength || (length === 0 && riffLength !== source.size - start - 8)
  for await (const chunk of readChunks(source, start + 12, source.size, true)) {
    const open = chunk.id === 'data' && isOpen(chunk)
    const length = open ? (found.dataBytes ?? source.size - chunk.offset) : chunk.length
    const beyond = chunk.offset + length > source.size
    if (beyond && found.data && !/^(LIST|id3 |fact|cue )$/i.test(chunk.id)) break // garbage after the last chunk
    if (beyond) throw damaged(`It is cut short within ${chunk.id.trim()}.`)
    if (!found.data || chunk.id !== 'data') await takeChunk(source, { ...chunk, length }, found)
    if (open) break // chunks after it cannot be told from its data
  }
  return found
}

async function takeChunk(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  const { id, offset, length } = chunk
  if (id === 'data') found.data = chunk
  if (id === 'ds64') found.dataBytes = Number(dataView(await source.bytes(offset, 16)).getBigUint64(8, true))
  if (id === 'fmt ') found.format = readFormat(await source.bytes(offset, Math.min(length, 40)))
  if (id === 'fact' && length >= 4) found.samples = dataView(await source.bytes(offset, 4)).getUint32(0, true)
  if (id === 'LIST') found.tags.push(fieldsOf(await readInfo(source, offset, offset + length)))
  const id3 = id.toLowerCase() === 'id3 ' && (await readId3Chunk(source, chunk))
  if (id3) found.tags.unshift(id3)
}

/** WAVEFORMATEX. In WAVEFORMATEXTENSIBLE (tag 0xfffe), the sub-format starts with the tag of the codec. */
function readFormat(bytes: Uint8Array): Format {
  if (bytes.byteLength < 16) throw damaged('Its sample format is cut short.')
  const view = dataView(bytes)
  const declared = view.getUint16(0, true)
  const tag = declared === 0xfffe && bytes.byteLength >= 26 ? view.getUint16(24, true) : declared
  const [channels, sampleRate] = [view.getUint16(2, true), view.getUint32(4, true)]
  const blockBytes = channels * Math.ceil(view.getUint16(14, true) / 8) || view.getUint16(12, true)
  return { tag, channels, sampleRate, byteRate: view.getUint32(8, true), blockBytes }
}

/** Computed from the bytes where possible, not from the byte rate or the number of samples that the header declares. */
async function durationOf(
  source: ByteSource,
  format: Format,
  data: Chunk,
  samples: number | undefined,
): Promise<number> {
  if (uncompressed.has(format.tag)) return data.length / format.blockBytes / format.sampleRate
  if (mpeg.has(format.tag)) {
    const frames = await countFrames(source, data.offset, data.offset + data.length)
    if (!frames || frames.garbageBytes > frames.bytes) throw damaged('It declares MP3, but contains none.')
    return frames.seconds
  }
  return samples ? samples / format.sampleRate : data.length / format.byteRate
}

/** LIST/INFO: texts, each one a chunk. */
async function readInfo(source: ByteSource, from: number, end: number): Promise<TextTags> {
  const texts: TextTags = new Map()
  if (!startsWith(await source.bytes(from, 4), 'INFO')) return texts
  for await (const { id, offset, length } of readChunks(source, from + 4, end, true)) {
    if (offset + length > end) break
    if (length <= maxTextBytes) addText(texts, id, await source.bytes(offset, length))
  }
  return texts
}

/** A chunk of RIFF (WAV) or IFF (AIFF): a name of four characters, a length, and the payload. */
export type Chunk = { id: string; offset: number; length: number }

const chunkHeaderBytes = 8

/** The chunks from `from` on. The declared length of a chunk may lead beyond `end`; it is then the last one. */
export async function* readChunks(
  source: ByteSource,
  from: number,
  end: number,
  littleEndian: boolean,
): AsyncGenerator<Chunk> {
  let at = from
  while (at + chunkHeaderBytes <= end) {
    source.countPart()
    const header = await source.bytes(at, chunkHeaderBytes)
    const id = characters(header, 0, 4)
    if (!/^[\x20-\x7e]{4}$/.test(id)) return // padding or garbage
    const length = dataView(header).getUint32(4, littleEndian)
    yield { id, offset: at + chunkHeaderBytes, length }
    at += chunkHeaderBytes + length + (length & 1)
  }
}

/** The ID3 tag in a chunk; undefined unless the chunk contains a whole one. */
export async function readId3Chunk(
  source: ByteSource,
  { offset, length }: Chunk,
): Promise<Excerpt | undefined> {
  const tagLength = id3Length(await source.bytes(offset, id3HeaderBytes))
  return tagLength && tagLength <= length ? await excerptId3(source, offset, tagLength) : undefined
}
