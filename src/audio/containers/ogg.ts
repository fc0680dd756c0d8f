/** Ogg files (RFC 3533): Vorbis, Opus, FLAC or Speex, in one stream or several in a row (chained). */
import type { ByteSource } from '../byteSource.ts'
import { fieldsOf } from '../tags.ts'
import { concatenated } from './bytes.ts'
import type { OggCodec } from './oggCodecs.ts'
import { readPages, type Page } from './oggPages.ts'
import { readOggSound } from './oggSound.ts'
import { streamOf, type Link, type Stream } from './oggStreams.ts'
import { checkDeclared, damaged, notAudio, type Format, type Survey } from './survey.ts'
import { maxCommentBytes, readComments } from './vorbisComments.ts'

export const ogg: Format = {
  matches: (head) => head.startsWith('OggS'),
  survey: surveyOgg,
  readSound: readOggSound,
  leadingTag: 'last',
}

/** In one file. Hostile files have more. */
const maxStreams = 2000
/** Of all headers in a file that are kept to be read, each of which is as long as comments at most. */
const maxHeaderBytes = 16 * 1024 * 1024

async function surveyOgg(source: ByteSource, start: number): Promise<Survey> {
  const links: Link[] = []
  let streams = 0
  let headerBytes = 0
  for await (const pages of readPages(source, start)) {
    for (const page of pages) {
      if (page.first && ++streams > maxStreams) throw damaged('It has too many streams.')
      const stream = streamOf(links, page)
      if (stream) headerBytes += readPackets(stream, page)
      if (headerBytes > maxHeaderBytes) throw damaged('Its headers are too long.')
    }
  }
  const audio = links.map((link) => [...link.values()].flatMap(asAudio))
  const first = audio.flat()[0]
  if (!first) throw notAudio('no stream has a known codec')
  const duration = audio.reduce((sum, together) => sum + Math.max(0, ...together.map(secondsOf)), 0)
  const { codec, sampleRate, channels } = first.codec
  const tags = first.stream.tags ? [first.stream.tags] : []
  return { contentType: 'audio/ogg', codec, duration, sampleRate, channels, bitrate: null, tags }
}

type AudioStream = { codec: OggCodec; stream: Stream }

function asAudio(stream: Stream): AudioStream[] {
  return stream.codec === 'other' ? [] : [{ codec: stream.codec, stream }]
}

/** Counts the packets of a page, and reads the headers among them. Returns how many bytes of headers it has kept. */
function readPackets(stream: Stream, page: Page): number {
  const { codec } = stream
  if (codec === 'other') {
    stream.packets += page.pieces.filter(({ ends }) => ends).length
    return 0
  }
  let kept = 0
  for (const [index, { bytes, ends }] of page.pieces.entries()) {
    // What goes on from an earlier page was counted there, or its beginning is lost.
    const goesOn = index === 0 && page.continued
    if (!goesOn) stream.pendingSamples = codec.packetSamples(bytes, stream.packets)
    const isHeader = stream.packets === codec.commentPacket || stream.packets === codec.setupPacket
    if (isHeader && stream.headerBytes < maxCommentBytes) {
      stream.header.push(new Uint8Array(bytes))
      stream.headerBytes += bytes.byteLength
      kept += bytes.byteLength
    }
    if (!ends) continue
    if (isHeader) readHeader(stream, codec)
    stream.samples += stream.pendingSamples
    stream.pendingSamples = 0
    stream.packets++
  }
  if (page.granule > 0) {
    stream.begin ??= { granule: page.granule, samples: stream.samples }
    stream.end = page.granule
  }
  return kept
}

function readHeader(stream: Stream, codec: OggCodec): void {
  const packet = concatenated(...stream.header)
  stream.header = []
  stream.headerBytes = 0
  if (stream.packets === codec.setupPacket) codec.readSetup(packet)
  else stream.tags = fieldsOf(readComments(packet.subarray(codec.commentOffset)))
}

/**
 * What the packets contain, without what the last position cuts off from their end. A recording from the middle of a
 * broadcast begins at the first position less the samples up to it.
 */
function secondsOf({ codec, stream }: AudioStream): number {
  const { begin, end, samples } = stream
  if (!begin) return 0
  const start = Math.max(0, begin.granule - begin.samples)
  checkDeclared((end - start) / codec.granuleRate, samples / codec.granuleRate)
  return (Math.min(end - start, samples) - codec.preSkip) / codec.granuleRate
}
