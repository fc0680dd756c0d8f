/** Ogg files (RFC 3533): pages of Vorbis, Opus, FLAC or Speex, in one stream or several in a row (chained). */
import type { ByteSource } from '../byteSource.ts'
import { fieldsOf, type EmbeddedTags } from '../tags.ts'
import { concatenated, countNonZero, dataView, startsWith } from './bytes.ts'
import { maxCommentBytes, readComments } from './flac.ts'
import { identifyCodec, type OggCodec } from './oggCodecs.ts'
import { damaged, holdsVideo, notAudio, type Survey } from './survey.ts'

type Page = {
  /** Where the payload starts, and its bytes. */
  offset: number
  length: number
  /** Whether it begins a stream. */
  first: boolean
  serial: number
  /** The granule position: where the last packet that ends on the page ends in the stream. -1 if none does. */
  granule: number
  /** How many packets end on the page. */
  packets: number
  /** Bytes up to the end of the first packet that ends on the page. */
  firstPacketBytes: number
}

/** What the pages of a stream declare. */
type Stream = {
  firstPage: Page
  packets: number
  /** The first granule position, and the number of packets up to it. */
  begin: { granule: number; packets: number } | undefined
  end: number
  /** The pages of the second packet, which has the comments. */
  commentPages: Page[]
  commentBytes: number
}

/** Streams that play together, by serial number. In a chained file, links follow each other. */
type Link = Map<number, Stream>

type AudioStream = { codec: OggCodec; stream: Stream }

const headerBytes = 27
const maxPageBytes = headerBytes + 255
/** How far the next page is searched if it is not where the last one ends. */
const searchBytes = 64 * 1024
/** In one file. Hostile files have more. */
const maxStreams = 2000

export async function surveyOgg(source: ByteSource, start: number): Promise<Survey> {
  const links: Link[] = []
  let streams = 0
  await visitPages(source, start, (page) => {
    if (page.first && ++streams > maxStreams) throw damaged('It has too many streams.')
    notePage(links, page)
  })
  let first: AudioStream | undefined
  let duration = 0
  for (const link of links) {
    const audio = await audioStreams(source, link)
    first ??= audio[0]
    duration += Math.max(0, ...audio.map(durationOf))
  }
  if (!first) throw notAudio('no stream has a known codec')
  const { codec, sampleRate, channels } = first.codec
  const tags = [await readTags(source, first)]
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
    // Streams that play together all begin before any of them goes on (RFC 3533 §4).
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

async function audioStreams(source: ByteSource, link: Link): Promise<AudioStream[]> {
  const audio: AudioStream[] = []
  for (const stream of link.values()) {
    const { offset, length } = stream.firstPage
    const codec = identifyCodec(await source.bytes(offset, length))
    if (codec === 'video') throw holdsVideo()
    if (codec !== 'other') audio.push({ codec, stream })
  }
  return audio
}

function durationOf({ codec, stream }: AudioStream): number {
  const { begin, end, packets } = stream
  if (!begin) return 0
  // A recording from the middle of a broadcast does not begin at 0.
  const fromStart = begin.granule <= begin.packets * codec.maxPacketSamples
  const samples = end - (fromStart ? codec.preSkip : begin.granule)
  if (samples > packets * codec.maxPacketSamples) {
    throw damaged('It declares more audio than its packets can contain.')
  }
  return samples / codec.granuleRate
}

async function readTags(source: ByteSource, { codec, stream }: AudioStream): Promise<EmbeddedTags> {
  const pieces: Uint8Array[] = []
  for (const { offset, length, packets, firstPacketBytes } of stream.commentPages) {
    pieces.push(new Uint8Array(await source.bytes(offset, packets > 0 ? firstPacketBytes : length)))
  }
  return fieldsOf(readComments(concatenated(...pieces).subarray(codec.commentOffset)))
}

/**
 * Calls `visit` with every page, in order. It does not wait for pages that the window has: a file may have a million.
 * Throws `damaged-audio` if most of the file is neither pages nor zeros, or if the last page is cut short.
 */
async function visitPages(source: ByteSource, start: number, visit: (page: Page) => void): Promise<void> {
  let garbageBytes = 0
  let at = start
  while (at + headerBytes <= source.size) {
    const bytes = source.buffered(at, maxPageBytes) ?? (await source.bytes(at, maxPageBytes))
    if (startsWith(bytes, 'OggS')) {
      const page = readPage(bytes, at)
      at = page.offset + page.length
      if (at > source.size) throw damaged('It is cut short within a page.')
      visit(page)
    } else {
      const skipped = await distanceToPage(source, at)
      garbageBytes += countNonZero(await source.bytes(at, skipped))
      if (garbageBytes > source.size / 2) throw damaged('Most of the file is not audio.')
      source.countPart()
      at += skipped
    }
  }
}

/** The header of a page (RFC 3533 §6). */
function readPage(bytes: Uint8Array, at: number): Page {
  const view = dataView(bytes)
  const segments = bytes.subarray(headerBytes, headerBytes + view.getUint8(26))
  let [length, packets, firstPacketBytes] = [0, 0, 0]
  for (const segment of segments) {
    length += segment
    if (segment < 255 && ++packets === 1) firstPacketBytes = length // a packet ends
  }
  return {
    offset: at + headerBytes + view.getUint8(26),
    length,
    first: (view.getUint8(5) & 2) !== 0,
    serial: view.getUint32(14, true),
    granule: Number(view.getBigInt64(6, true)),
    packets,
    firstPacketBytes,
  }
}

async function distanceToPage(source: ByteSource, at: number): Promise<number> {
  const bytes = await source.bytes(at, searchBytes)
  for (let next = bytes.indexOf(0x4f, 1); next !== -1; next = bytes.indexOf(0x4f, next + 1)) {
    if (startsWith(bytes, 'OggS', next)) return next
  }
  return Math.max(1, bytes.byteLength - 3)
}
