/** WAV files: RIFF (multimedia programming interface 1.0), and RF64 (EBU Tech 3306) for lengths beyond 4 GB. */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { dataView, startsWith } from './bytes.ts'
import { readChunks, type Chunk } from './chunks.ts'
import { addText, tagsOf, type Texts } from './comments.ts'
import { countFrames } from './frames.ts'
import { excerptId3, id3HeaderBytes, id3Length } from './id3.ts'
import type { Survey } from './survey.ts'
import { waveCodec } from './waveFormats.ts'

/**
 * Who writes to a pipe cannot go back to enter a length, and leaves 0, 0xffffffff or about 2^31 there: the data
 * then goes on to the end. Nothing that long can be uploaded, so it means nothing else.
 */
const openLength = 0x7fff_f000
/** Of one text in LIST/INFO. */
const maxInfoBytes = 64 * 1024

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

export async function surveyWave(source: ByteSource): Promise<Survey> {
  const found = await findChunks(source)
  if (!found.format) throw damaged('It does not say how its samples are coded.')
  if (!found.data || found.data.length === 0) throw damaged('It holds no audio.')
  const { tag, channels, sampleRate } = found.format
  const duration = await secondsOf(source, found.format, found.data, found.samples)
  const bitrate = (found.data.length * 8) / duration
  const codec = waveCodec(tag)
  return { contentType: 'audio/wav', codec, duration, sampleRate, channels, bitrate, tags: found.tags }
}

async function findChunks(source: ByteSource): Promise<Found> {
  const found: Found = { tags: [] }
  const riffLength = dataView(await source.bytes(0, 12)).getUint32(4, true)
  for await (const chunk of readChunks(source, 12, source.size, true)) {
    const open = chunk.id === 'data' && isOpen(chunk, riffLength, source.size)
    const length = open ? (found.dataBytes ?? source.size - chunk.offset) : chunk.length
    const beyond = chunk.offset + length > source.size
    if (beyond && found.data && !/^(LIST|id3 |fact|cue )$/i.test(chunk.id)) break // not a chunk, but an addition
    if (beyond) throw damaged(`It is cut short within ${chunk.id.trim()}.`)
    if (!found.data || chunk.id !== 'data') await takeChunk(source, { ...chunk, length }, found)
    if (open) break // what follows cannot be told from the data
  }
  return found
}

function isOpen(data: Chunk, riffLength: number, size: number): boolean {
  return data.length >= openLength || (data.length === 0 && riffLength !== size - 8)
}

async function takeChunk(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  const { id, offset, length } = chunk
  if (id === 'data') found.data = chunk
  if (id === 'ds64') found.dataBytes = Number(dataView(await source.bytes(offset, 16)).getBigUint64(8, true))
  if (id === 'fmt ') found.format = readFormat(await source.bytes(offset, Math.min(length, 40)))
  if (id === 'fact' && length >= 4) found.samples = dataView(await source.bytes(offset, 4)).getUint32(0, true)
  if (id === 'LIST') found.tags.push(tagsOf(await readInfo(source, offset, offset + length)))
  if (id.toLowerCase() === 'id3 ') {
    const tagLength = id3Length(await source.bytes(offset, id3HeaderBytes))
    if (tagLength && tagLength <= length) found.tags.unshift(await excerptId3(source, offset, tagLength))
  }
}

/** WAVEFORMATEX; of WAVEFORMATEXTENSIBLE (tag 0xfffe) the sub-format starts with the tag that is meant. */
function readFormat(bytes: Uint8Array): Format {
  if (bytes.byteLength < 16) throw damaged('Its description of the samples is cut short.')
  const view = dataView(bytes)
  const stated = view.getUint16(0, true)
  const tag = stated === 0xfffe && bytes.byteLength >= 26 ? view.getUint16(24, true) : stated
  const [channels, sampleRate] = [view.getUint16(2, true), view.getUint32(4, true)]
  const blockBytes = channels * Math.ceil(view.getUint16(14, true) / 8) || view.getUint16(12, true)
  return { tag, channels, sampleRate, byteRate: view.getUint32(8, true), blockBytes }
}

/** From the bytes wherever they tell, not from the rate or count that the header states. */
async function secondsOf(
  source: ByteSource,
  format: Format,
  data: Chunk,
  samples: number | undefined,
): Promise<number> {
  if (uncompressed.has(format.tag)) return data.length / format.blockBytes / format.sampleRate
  if (mpeg.has(format.tag)) {
    const frames = await countFrames(source, data.offset, data.offset + data.length)
    if (!frames || frames.foreignBytes > frames.bytes) throw damaged('Its data is not the MP3 it should be.')
    return frames.seconds
  }
  return samples ? samples / format.sampleRate : data.length / format.byteRate
}

/** LIST/INFO: texts, each a chunk. */
async function readInfo(source: ByteSource, from: number, end: number): Promise<Texts> {
  const texts: Texts = new Map()
  if (!startsWith(await source.bytes(from, 4), 'INFO')) return texts
  for await (const { id, offset, length } of readChunks(source, from + 4, end, true)) {
    if (offset + length > end) break
    if (length <= maxInfoBytes) addText(texts, id, await source.bytes(offset, length))
  }
  return texts
}
