/** MP3 (and MP2, MP1) and ADTS files: frames, with tags before and after them. */
import type { ByteSource } from '../byteSource.ts'
import { damaged, notAudio } from '../refusals.ts'
import { readApeTag } from './ape.ts'
import { characters, dataView, startsWith } from './bytes.ts'
import { tagsOf } from './comments.ts'
import { countFrames, type Frames } from './frames.ts'
import { id3v1Bytes } from './id3.ts'
import type { Survey } from './survey.ts'

/** How many frames a Xing header may promise beyond those that are there: encoders differ by one or two. */
const frameSlack = { share: 0.01, count: 2 }

/** Looks through the frames from `from`, where the tags at the start end. */
export async function surveyMpeg(source: ByteSource, from: number): Promise<Survey> {
  const tail = await readTail(source, from)
  const frames = await countFrames(source, from, tail.offset)
  if (!frames) throw notAudio('there are no frames')
  if (frames.foreignBytes > frames.bytes) throw damaged('Most of the file is not audio.')
  const seconds = await soundingSeconds(source, frames)
  const { codec, contentType, sampleRate, channels } = frames.first
  const bitrate = frames.constantBitrate ?? (frames.bytes * 8) / frames.seconds
  return { contentType, codec, duration: seconds, sampleRate, channels, bitrate, tags: tail.tags }
}

/** The tags at the end: ID3v1 in the last 128 bytes, APEv2 before it. */
async function readTail(source: ByteSource, from: number): Promise<{ offset: number; tags: Survey['tags'] }> {
  const last = Math.max(from, source.size - id3v1Bytes)
  const id3v1 = new Uint8Array(await source.bytes(last, id3v1Bytes))
  const isTag = id3v1.byteLength === id3v1Bytes && startsWith(id3v1, 'TAG')
  const end = isTag ? last : source.size
  const ape = await readApeTag(source, end)
  const tags: Survey['tags'] = ape ? [tagsOf(ape.texts)] : []
  if (isTag) tags.push({ mimeType: 'audio/mpeg', bytes: id3v1 })
  return { offset: Math.max(from, ape?.offset ?? end), tags }
}

/**
 * What is heard: the frames, without one that only holds a Xing or Info header, and without the silence that the
 * encoder says it has added (http://gabriel.mp3-tech.org/mp3infotag.html).
 */
async function soundingSeconds(source: ByteSource, frames: Frames): Promise<number> {
  const { first } = frames
  const frame = await source.bytes(frames.offset, first.length)
  const info = frame.subarray(first.infoOffset)
  if (!startsWith(info, 'Xing') && !startsWith(info, 'Info')) return frames.seconds
  const { declared, added } = readInfo(info)
  const counted = frames.count - 1
  if (declared > counted * (1 + frameSlack.share) + frameSlack.count) {
    throw damaged(`It is cut short: of ${declared} frames there are ${counted}.`)
  }
  const whole = declared >= counted - frameSlack.count
  return frames.seconds - (first.samples + (whole ? added : 0)) / first.sampleRate
}

/** How many frames a Xing header promises, and how many samples the encoder has added in front and behind. */
function readInfo(info: Uint8Array): { declared: number; added: number } {
  if (info.byteLength < 12) return { declared: 0, added: 0 }
  const view = dataView(info)
  const flags = view.getUint32(4)
  const declared = flags & 1 ? view.getUint32(8) : 0
  const encoder = 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0)
  if (!/^(LAME|Lav)/.test(characters(info, encoder, 4))) return { declared, added: 0 }
  const [a = 0, b = 0, c = 0] = info.subarray(encoder + 21, encoder + 24)
  return { declared, added: (a << 4) + (b >> 4) + ((b & 15) << 8) + c }
}
