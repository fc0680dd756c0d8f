/** The sound of an Ogg file, packet by packet: of each link, the stream whose facts the survey takes. */
import type { ByteSource } from '../byteSource.ts'
import { concatenated, startsWith } from './bytes.ts'
import { flacStreamInfoAt, type OggCodec } from './oggCodecs.ts'
import { readPages, type Page } from './oggPages.ts'
import { streamOf, type Link, type Stream } from './oggStreams.ts'
import { streamInfoBytes } from './flacFrames.ts'
import type { Coding, SoundPart } from './sound.ts'
import { maxPacketBytes, maxPartPackets } from './soundPackets.ts'

export async function* readOggSound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  const links: Link[] = []
  let current: { stream: Stream; read: (page: Page) => SoundPart[] } | undefined
  for await (const pages of readPages(source, start)) {
    const parts: SoundPart[] = []
    for (const page of pages) {
      const stream = streamOf(links, page)
      const codec = stream?.codec
      if (!stream || !codec) continue
      if (codec !== 'other' && stream === firstAudio(links.at(-1))) {
        if (current?.stream !== stream) current = { stream, read: packetReader(codec) }
        for (const part of current.read(page)) append(parts, part)
      }
      // Which streams play together is seen by what has ended in them.
      stream.packets += page.pieces.filter(({ ends }) => ends).length
    }
    yield* parts
  }
}

function firstAudio(link: Link | undefined): Stream | undefined {
  for (const stream of link?.values() ?? []) if (stream.codec !== 'other') return stream
  return undefined
}

/** Packets of several pages make one part. */
function append(parts: SoundPart[], part: SoundPart): void {
  const last = parts.at(-1)
  const joins = last && 'packets' in last && 'packets' in part
  if (joins && last.packets.length + part.packets.length <= maxPartPackets) last.packets.push(...part.packets)
  else parts.push(part)
}

/** Reads the pages of one stream: its track, once its headers are there, then packets. */
function packetReader(codec: OggCodec): (page: Page) => SoundPart[] {
  const join = packetJoiner()
  const headers: Uint8Array[] = []
  let isOpen = false
  return (page) => {
    const parts: SoundPart[] = []
    const packets: Uint8Array[] = []
    for (const packet of join(page)) {
      if (isOpen) {
        if (isSound(codec, packet)) packets.push(packet)
      } else if (headers.length < headerPackets(codec)) {
        headers.push(new Uint8Array(packet))
        const coding = headers.length === headerPackets(codec) ? codingOf(codec, headers) : undefined
        if (!coding) continue
        const { sampleRate, channels, preSkip } = codec
        parts.push({ track: { coding, sampleRate, channels, skipSamples: preSkip } })
        isOpen = true
      }
    }
    if (packets.length > 0) parts.push({ packets })
    return parts
  }
}

/**
 * The packets that end on a page. One that goes on over pages is laid together. Left out are those whose beginning or end is
 * lost, and, with nothing in their place but an empty one, those that are too long, such as comments with a picture.
 */
function packetJoiner(): (page: Page) => Uint8Array[] {
  let pending: Uint8Array[] | undefined
  let pendingBytes = 0
  return (page) => {
    const packets: Uint8Array[] = []
    for (const [index, { bytes, ends }] of page.pieces.entries()) {
      const goesOn = index === 0 && page.continued
      if (!goesOn) pending = undefined
      const isLost = goesOn && !pending
      pendingBytes = (pending ? pendingBytes : 0) + bytes.byteLength
      if (!ends && !isLost) {
        pending ??= []
        if (pendingBytes <= maxPacketBytes) pending.push(new Uint8Array(bytes))
      }
      if (!ends || isLost) continue
      if (pending)
        packets.push(pendingBytes <= maxPacketBytes ? concatenated(...pending, bytes) : bytes.subarray(0, 0))
      else packets.push(bytes)
      pending = undefined
    }
    return packets
  }
}

function headerPackets({ codec }: OggCodec): number {
  if (codec === 'FLAC') return 1
  return codec === 'Opus' ? 2 : 3
}

/** Undefined if no decoder knows the codec: Speex. */
function codingOf({ codec }: OggCodec, [first, , setup]: Uint8Array[]): Coding | undefined {
  if (!first) return undefined
  if (codec === 'Opus') return { codec: 'opus', head: first }
  if (codec === 'FLAC') {
    return { codec: 'flac', streamInfo: first.slice(flacStreamInfoAt, flacStreamInfoAt + streamInfoBytes) }
  }
  if (!setup || !startsWith(setup, '\u0005vorbis')) return undefined
  return { codec: 'vorbis', identification: first, setup }
}

/** FLAC has metadata in front, of as many packets as it takes. A header of Vorbis has its first bit set. */
function isSound({ codec }: OggCodec, packet: Uint8Array): boolean {
  const [first] = packet
  if (first === undefined) return false
  if (codec === 'FLAC') return first === 0xff
  return codec === 'Opus' || (first & 1) === 0
}
