/** WAV files: RIFF (Multimedia Programming Interface 1.0), and RF64 and BW64 (EBU Tech 3306) for lengths over 4 GB. */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTags, maxTextBytes, type EmbeddedTags, type TextTags } from '../tags.ts'
import { dataView, startsWith } from './bytes.ts'
import { openLength, presentBytes, readChunks, readId3Chunk, type Chunk } from './chunks.ts'
import { secondsPlayed } from './mpeg.ts'
import { readFrameSound } from './mpegSound.ts'
import { countFrames } from './mpegStream.ts'
import { countSamples, type SampleBlocks } from './sampleBlocks.ts'
import type { SoundPart } from './sound.ts'
import { cutBlocks, readPlaces } from './soundPackets.ts'
import { damaged, notAudio, type Format, type Survey } from './survey.ts'
import { isMpeg, maxFormatBytes, readFormat, type WaveFormat } from './wavFormat.ts'

export const wav: Format = {
  matches: (head) => /^(RIFF|RF64|BW64).{4}WAVE/s.test(head),
  survey: surveyWav,
  readSound: readWavSound,
  leadingTag: 'last',
}

/** The headers of RIFF and of `fmt ` and `data`, without the content of `fmt `. */
const headerBytes = 12 + 8 + 8

const broadcastDescriptionBytes = 256

type Found = {
  format: WaveFormat | undefined
  /** With the length that is there. */
  sound: Chunk | undefined
  /** From a `ds64` chunk, for a `data` chunk of an open length. */
  soundBytes: number | undefined
  tags: Survey['tags']
}

async function surveyWav(source: ByteSource, start: number): Promise<Survey> {
  const { format, sound, tags } = await findChunks(source, start)
  if (!format) throw damaged('It does not declare its sample format.')
  if (!sound || sound.length === 0) throw damaged('It contains no audio.')
  const { codec, channels, sampleRate, blocks } = format
  if (channels === 0) throw damaged('It declares no channels.')
  if (!blocks && !isMpeg(format)) throw notAudio(codec, `a WAV file with the codec ${codec}`)
  const duration = blocks ? secondsOf(sound.length, blocks, sampleRate) : await countMpeg(source, sound)
  const bitrate = (sound.length * 8) / duration
  return { contentType: 'audio/wav', codec, duration, sampleRate, channels, bitrate, tags }
}

async function* readWavSound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  const { format, sound } = await findChunks(source, start)
  if (!format || !sound) return
  const { offset, length } = sound
  if (isMpeg(format)) yield* readFrameSound(source, offset, offset + length)
  const { coding, blocks, sampleRate, channels } = format
  if (!coding || !blocks || blocks.bytes === 0) return
  yield { track: { coding, sampleRate, channels, skipSamples: 0 } }
  yield* readPlaces(source, cutBlocks(offset, length, blocks))
}

/** From the bytes alone: programs write a wrong byte rate, and a wrong number of samples in `fact`. */
function secondsOf(bytes: number, blocks: SampleBlocks, sampleRate: number): number {
  return blocks.bytes > 0 ? countSamples(bytes, blocks) / sampleRate : 0
}

async function countMpeg(source: ByteSource, { offset, length }: Chunk): Promise<number> {
  const frames = await countFrames(source, offset, offset + length)
  if (!frames || frames.garbageBytes > frames.bytes) throw damaged('It declares MP3, but contains none.')
  return await secondsPlayed(source, frames)
}

async function findChunks(source: ByteSource, start: number): Promise<Found> {
  const found: Found = { format: undefined, sound: undefined, soundBytes: undefined, tags: [] }
  const riffLength = dataView(await source.bytes(start, 12)).getUint32(4, true)
  // 0 says no more than an open length where the length of the whole file is open too.
  const isOpen = (id: string, length: number): boolean =>
    id === 'data' &&
    (length >= openLength || (length === 0 && !found.sound && riffLength !== source.size - start - 8))
  const lengthOf = (id: string, declared: number): number =>
    isOpen(id, declared) && found.soundBytes ? found.soundBytes : declared
  for await (const chunk of readChunks(source, start + 12, source.size, true, lengthOf)) {
    const open = isOpen(chunk.id, chunk.length) && chunk.length !== found.soundBytes
    const length = open ? source.size - chunk.offset : chunk.length
    const isSound = chunk.id === 'data'
    const beyond = !isSound && chunk.offset + length > source.size
    if (beyond && found.sound && !/^(LIST|id3 |fact|cue )$/i.test(chunk.id)) break // garbage after the last chunk
    if (beyond) throw damaged(`It is cut short within ${chunk.id.trim()}.`)
    if (isSound) takeSound(source, { ...chunk, length }, found)
    else await takeChunk(source, chunk, found)
    if (open) break // chunks after it cannot be told from its sound
  }
  return found
}

/** Of several `data` chunks the last one counts, as in Chromium and ffmpeg. Other players take the first; RIFF knows one. */
function takeSound(source: ByteSource, chunk: Chunk, found: Found): void {
  const { blocks, headerBytes: formatBytes = 0 } = found.format ?? {}
  const slackBytes = Math.max(blocks?.bytes ?? 0, headerBytes + formatBytes)
  const length = presentBytes(chunk, source.size, slackBytes)
  if (length > 0) found.sound = { ...chunk, length }
}

async function takeChunk(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  const { id, offset, length } = chunk
  if (id === 'ds64') {
    found.soundBytes = Number(dataView(await source.bytes(offset, 16)).getBigUint64(8, true))
  }
  if (id === 'fmt ') found.format ??= readFormat(await source.bytes(offset, Math.min(length, maxFormatBytes)))
  if (found.tags.length === maxTags) return
  if (id === 'LIST') found.tags.push(fieldsOf(await readInfo(source, offset, offset + length)))
  if (id === 'bext') found.tags.push(await readBroadcastDescription(source, chunk))
  const id3 = id.toLowerCase() === 'id3 ' && (await readId3Chunk(source, chunk))
  if (id3) found.tags.unshift(id3)
}

/** The chunk of broadcast recordings begins with a description (EBU Tech 3285 §2.3). */
async function readBroadcastDescription(
  source: ByteSource,
  { offset, length }: Chunk,
): Promise<EmbeddedTags> {
  const texts: TextTags = new Map()
  addText(
    texts,
    'DESCRIPTION',
    new Uint8Array(await source.bytes(offset, Math.min(length, broadcastDescriptionBytes))),
  )
  return fieldsOf(texts)
}

/** LIST/INFO: texts, each one a chunk. */
async function readInfo(source: ByteSource, from: number, end: number): Promise<TextTags> {
  const texts: TextTags = new Map()
  if (!startsWith(await source.bytes(from, 4), 'INFO')) return texts
  for await (const { id, offset, length } of readChunks(source, from + 4, end, true)) {
    if (offset + length > end) break
    if (length <= maxTextBytes) addText(texts, id, new Uint8Array(await source.bytes(offset, length)))
  }
  return texts
}
