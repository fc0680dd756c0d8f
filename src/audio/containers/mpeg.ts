/** MP3 (also MP2 and MP1) and ADTS files: frames, with tags before and after them. */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTextBytes, type TextTags } from '../tags.ts'
import { characters, dataView, startsWith } from './bytes.ts'
import { readEncoderHeader } from './encoderHeader.ts'
import { id3v1Bytes, readId3v1 } from './id3.ts'
import { readFrameSound } from './mpegSound.ts'
import { countFrames, type Frames } from './mpegStream.ts'
import { damaged, notAudio, type Format, type Survey } from './survey.ts'

/** It has no signature: it is what no other format matches. */
export const mpeg: Format = {
  matches: () => true,
  survey: surveyMpeg,
  readSound: async function* (source, start) {
    const { offset } = await readTail(source, start)
    yield* readFrameSound(source, start, offset)
  },
  leadingTag: 'first',
}

/** How many more frames a Xing header may declare than the file contains: encoders differ by one or two. */
const frameTolerance = { share: 0.01, count: 2 }

async function surveyMpeg(source: ByteSource, start: number): Promise<Survey> {
  const tail = await readTail(source, start)
  const frames = await countFrames(source, start, tail.offset)
  if (!frames) throw notAudio('there are no frames')
  if (frames.garbageBytes > frames.bytes) throw damaged('Most of the file is not audio.')
  const duration = await secondsPlayed(source, frames)
  const { codec, contentType, sampleRate, channels } = frames.first
  const bitrate = frames.constantBitrate ?? (frames.bytes * 8) / frames.seconds
  return { contentType, codec, duration, sampleRate, channels, bitrate, tags: tail.tags }
}

/**
 * Every frame counts, except a first one with nothing but a header of the encoder, and the silence that the encoder
 * declares to have added (http://gabriel.mp3-tech.org/mp3infotag.html).
 */
export async function secondsPlayed(source: ByteSource, frames: Frames): Promise<number> {
  const { first } = frames
  const frame = await source.bytes(frames.offset, first.length)
  const header = readEncoderHeader(frame, first.infoOffset)
  if (!header) return frames.seconds
  const counted = frames.count - 1
  if (header.frames > counted * (1 + frameTolerance.share) + frameTolerance.count) {
    throw damaged(`It is cut short: it declares ${header.frames} frames and contains ${counted}.`)
  }
  const whole = header.frames >= counted - frameTolerance.count
  const { start, end } = (whole && header.added) || { start: 0, end: 0 }
  return frames.seconds - (first.samples + start + end) / first.sampleRate
}

/** The tags at the end: ID3v1 in the last 128 bytes, and APEv2 before it. */
async function readTail(
  source: ByteSource,
  start: number,
): Promise<{ offset: number; tags: Survey['tags'] }> {
  const last = Math.max(start, source.size - id3v1Bytes)
  const id3v1 = new Uint8Array(await source.bytes(last, id3v1Bytes))
  const isTag = id3v1.byteLength === id3v1Bytes && startsWith(id3v1, 'TAG')
  const end = isTag ? last : source.size
  const ape = await readApeTag(source, end)
  const tags: Survey['tags'] = ape ? [fieldsOf(ape.texts)] : []
  if (isTag) tags.push(readId3v1(id3v1))
  return { offset: Math.max(start, ape?.offset ?? end), tags }
}

const apeFooterBytes = 32
/** A length, flags, and a key of at most 255 characters. */
const maxApeItemHeaderBytes = 8 + 256
const maxApeItems = 200

/** The APEv2 tag that ends at `end`: items, then a footer. Undefined if there is none, or its length is wrong. */
async function readApeTag(
  source: ByteSource,
  end: number,
): Promise<{ offset: number; texts: TextTags } | undefined> {
  if (end < apeFooterBytes) return undefined
  const footer = await source.bytes(end - apeFooterBytes, apeFooterBytes)
  if (!startsWith(footer, 'APETAGEX')) return undefined
  const view = dataView(footer)
  const size = view.getUint32(12, true) // includes the footer, but not the header
  const headerBytes = view.getUint32(20, true) >>> 31 ? apeFooterBytes : 0
  if (size < apeFooterBytes || size + headerBytes > end) return undefined
  const texts = await readApeItems(source, end - size, end - apeFooterBytes)
  return { offset: end - size - headerBytes, texts }
}

async function readApeItems(source: ByteSource, from: number, end: number): Promise<TextTags> {
  const texts: TextTags = new Map()
  let at = from
  for (let count = 0; count < maxApeItems && at + 8 < end; count++) {
    const header = await source.bytes(at, Math.min(maxApeItemHeaderBytes, end - at))
    const keyEnd = header.indexOf(0, 8)
    if (keyEnd === -1) break
    const key = characters(header, 8, keyEnd - 8)
    const length = dataView(header).getUint32(0, true)
    const start = at + keyEnd + 1
    at = start + length
    if (at > end) break
    if (length <= maxTextBytes) addText(texts, key, new Uint8Array(await source.bytes(start, length)))
  }
  return texts
}
