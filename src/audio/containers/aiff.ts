/** AIFF and AIFF-C files (Apple, Audio Interchange File Format 1.3, and the AIFF-C draft of 1991). */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTags, maxTextBytes, type TextTags } from '../tags.ts'
import { characters, dataView, type CheckedView } from './bytes.ts'
import { openLength, presentBytes, readChunks, readId3Chunk, type Chunk } from './chunks.ts'
import { blocksOfCoding, codecOfCoding, isUncompressed, soundOfCoding } from './codings.ts'
import { countSamples, type SampleBlocks } from './sampleBlocks.ts'
import type { SoundPart } from './sound.ts'
import { cutBlocks, readPlaces } from './soundPackets.ts'
import { damaged, notAudio, type Format, type Survey } from './survey.ts'

export const aiff: Format = {
  matches: (head) => /^FORM.{4}AIF[FC]/s.test(head),
  survey: surveyAiff,
  readSound: readAiffSound,
  leadingTag: 'last',
}

/** SSND begins with an offset and a block size. */
const soundHeaderBytes = 8
/** The headers of FORM, COMM and SSND, and the content of COMM. */
const headerBytes = 12 + 8 + 18 + 8 + soundHeaderBytes

/** Chunks that may follow the sound. Any other name that leads beyond the end is garbage. */
const optionalChunks = /^(NAME|AUTH|ANNO|COMT|MARK|INST|ID3 |\(c\) )$/

type Common = {
  channels: number
  /** As declared: samples per channel, or blocks of compressed sound. */
  frames: number
  coding: string
  /** What a header declares for a sample. */
  bits: number
  blocks: SampleBlocks | undefined
  sampleRate: number
}
type Sound = { offset: number; bytes: number; open: boolean }
type Found = {
  common?: Common
  sound?: Sound
  texts: TextTags
  tags: Survey['tags']
}

async function surveyAiff(source: ByteSource, start: number): Promise<Survey> {
  const { common, sound, ...found } = await findChunks(source, start)
  if (!common) throw damaged('It does not declare its sample format.')
  if (!sound || sound.bytes <= 0) throw damaged('It contains no audio.')
  if (common.channels === 0) throw damaged('It declares no channels.')
  const codec = codecOfCoding(common.coding)
  const { channels, sampleRate } = common
  const duration = samplesIn(common, sound) / sampleRate
  const bitrate = (sound.bytes * 8) / duration
  const tags = [...found.tags, fieldsOf(found.texts)]
  return { contentType: 'audio/aiff', codec, duration, sampleRate, channels, bitrate, tags }
}

async function* readAiffSound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  const { common, sound } = await findChunks(source, start)
  if (!common?.blocks || !sound) return
  const { blocks, channels, sampleRate, bits } = common
  const coding = soundOfCoding(common.coding, channels, bits)
  if (!coding) return
  const playing = Math.ceil(samplesIn(common, sound) / blocks.samples) * blocks.bytes
  yield { track: { coding, sampleRate, channels, skipSamples: 0 } }
  yield* readPlaces(source, cutBlocks(sound.offset, Math.min(sound.bytes, playing), blocks))
}

async function findChunks(source: ByteSource, start: number): Promise<Found> {
  const found: Found = { texts: new Map(), tags: [] }
  for await (const chunk of readChunks(source, start + 12, source.size, false)) {
    if (chunk.id === 'SSND') {
      await takeSound(source, chunk, found)
      if (found.sound?.open) break // chunks after it cannot be told from its sound
      continue
    }
    const beyond = chunk.offset + chunk.length > source.size
    if (beyond && found.sound && !optionalChunks.test(chunk.id)) break // garbage after the last chunk
    if (beyond) throw damaged(`It is cut short within ${chunk.id.trim()}.`)
    await takeChunk(source, chunk, found)
  }
  return found
}

/**
 * Compressed sound is counted by its blocks, since writers disagree on what COMM counts. Uncompressed sound has as many
 * samples as COMM declares, if they are there: its chunk may be padded.
 */
function samplesIn({ blocks, coding, frames }: Common, sound: Sound): number {
  if (!blocks) throw notAudio(coding, `an AIFF-C file with the codec ${coding}`)
  const present = countSamples(sound.bytes, blocks)
  if (!isUncompressed(coding) || sound.open) return present
  const slackSamples = Math.ceil(headerBytes / blocks.bytes)
  if (frames > present + slackSamples) throw damaged('It declares more samples than it contains.')
  return Math.min(frames, present)
}

async function takeSound(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  if (found.sound) return
  const open = chunk.length === 0 || chunk.length >= openLength
  const slackBytes = Math.max(headerBytes, found.common?.blocks?.bytes ?? 0)
  const length = open ? source.size - chunk.offset : presentBytes(chunk, source.size, slackBytes)
  if (length < soundHeaderBytes) return
  const skipped = dataView(await source.bytes(chunk.offset, soundHeaderBytes)).getUint32(0)
  const offset = chunk.offset + soundHeaderBytes + skipped
  found.sound = { offset, bytes: length - soundHeaderBytes - skipped, open }
}

async function takeChunk(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  const { id, offset, length } = chunk
  if (id === 'COMM') found.common ??= readCommon(await source.bytes(offset, Math.min(length, 32)))
  if (/^(NAME|AUTH|ANNO)$/.test(id) && length <= maxTextBytes) {
    addText(found.texts, id, new Uint8Array(await source.bytes(offset, length)))
  }
  const mayRead = found.tags.length < maxTags && /^id3 $/i.test(id)
  const id3 = mayRead && (await readId3Chunk(source, chunk))
  if (id3) found.tags.push(id3)
}

function readCommon(bytes: Uint8Array): Common {
  if (bytes.byteLength < 18) throw damaged('Its sample format is cut short.')
  const view = dataView(bytes)
  const coding = bytes.byteLength >= 22 ? characters(bytes, 18, 4) : 'NONE'
  const [channels, bits] = [view.getUint16(0), view.getUint16(6)]
  const blocks = channels > 0 ? blocksOfCoding(coding, channels, bits) : undefined
  return { channels, frames: view.getUint32(2), coding, bits, blocks, sampleRate: readExtended(view, 8) }
}

/** An 80-bit IEEE 754 number, from its exponent and the top 32 bits of its mantissa: enough for a sample rate. */
function readExtended(view: CheckedView, at: number): number {
  const exponent = view.getUint16(at) - 16383
  return view.getUint32(at + 2) * 2 ** (exponent - 31)
}
