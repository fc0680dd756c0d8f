/** Ogg files: Vorbis, Opus, FLAC or Speex, in one stream or several one after the other (chained). */
import type { ByteSource } from '../byteSource.ts'
import { damaged, holdsVideo, notAudio } from '../refusals.ts'
import { concatenated } from './bytes.ts'
import { maxCommentBytes, readVorbisComment, tagsOf } from './comments.ts'
import { identifyOgg, type OggCodec } from './oggCodecs.ts'
import { visitPages, type Page } from './oggPages.ts'
import type { EmbeddedTags, Survey } from './survey.ts'

/** A stream as its pages tell. */
type Stream = {
  firstPage: Page
  packets: number
  /** The first position, and how many packets lead up to it. */
  begin: { granule: number; packets: number } | undefined
  end: number
  /** Pages on which the second packet, the comments, lies. */
  commentPages: Page[]
  commentBytes: number
}

/** Streams that play together, by serial number; in a chained file links follow each other. */
type Link = Map<number, Stream>

type Sound = { codec: OggCodec; stream: Stream }

/** The most that the streams of one file can come to: hostile ones have more. */
const maxStreams = 2000

export async function surveyOgg(source: ByteSource): Promise<Survey> {
  const links: Link[] = []
  let streams = 0
  await visitPages(source, (page) => {
    if (page.first && ++streams > maxStreams) throw damaged('It has too many streams.')
    notePage(links, page)
  })
  let first: Sound | undefined
  let duration = 0
  for (const link of links) {
    const sounds = await soundsOf(source, link)
    first ??= sounds[0]
    duration += Math.max(0, ...sounds.map(secondsOf))
  }
  if (!first) throw notAudio('no stream is of a known codec')
  const { codec, sampleRate, channels } = first.codec
  const tags = [await readComments(source, first)]
  return { contentType: 'audio/ogg', codec, duration, sampleRate, channels, bitrate: null, tags }
}

function notePage(links: Link[], page: Page): void {
  const link = links.at(-1)
  const stream = link?.get(page.serial)
  if (page.first) {
    const begun = {
      firstPage: page,
      packets: 0,
      begin: undefined,
      end: 0,
      commentPages: [],
      commentBytes: 0,
    }
    // Streams that play together all begin before any goes on (RFC 3533 §4).
    const joins = link && !stream && [...link.values()].every(({ packets }) => packets === 0)
    if (joins) link.set(page.serial, begun)
    else links.push(new Map([[page.serial, begun]]))
  } else if (stream) {
    noteLaterPage(stream, page)
  }
}

function noteLaterPage(stream: Stream, page: Page): void {
  if (stream.packets === 0 && stream.commentBytes < maxCommentBytes) {
    stream.commentPages.push(page)
    stream.commentBytes += page.length
  }
  stream.packets += page.packets
  if (page.granule <= 0) return
  stream.begin ??= { granule: page.granule, packets: stream.packets }
  stream.end = page.granule
}

async function soundsOf(source: ByteSource, link: Link): Promise<Sound[]> {
  const sounds: Sound[] = []
  for (const stream of link.values()) {
    const { offset, length } = stream.firstPage
    const codec = identifyOgg(await source.bytes(offset, length))
    if (codec === 'video') throw holdsVideo()
    if (codec !== 'other') sounds.push({ codec, stream })
  }
  return sounds
}

function secondsOf({ codec, stream }: Sound): number {
  const { begin, end, packets } = stream
  if (!begin) return 0
  // What was recorded from the middle of a broadcast does not begin at 0.
  const fromStart = begin.granule <= begin.packets * codec.maxPacketSamples
  const samples = end - (fromStart ? codec.preSkip : begin.granule)
  if (samples > packets * codec.maxPacketSamples)
    throw damaged('It says to be longer than its packets can be.')
  return samples / codec.granuleRate
}

async function readComments(source: ByteSource, { codec, stream }: Sound): Promise<EmbeddedTags> {
  const pieces: Uint8Array[] = []
  for (const { offset, length, packets, firstPacketBytes } of stream.commentPages) {
    pieces.push(new Uint8Array(await source.bytes(offset, packets > 0 ? firstPacketBytes : length)))
  }
  return tagsOf(readVorbisComment(concatenated(...pieces).subarray(codec.commentOffset)))
}
