/** WebM and Matroska files with nothing but audio (RFC 9559), also as browsers record them: without lengths. */
import type { AudioType } from '../audioFormats.ts'
import type { ByteSource } from '../byteSource.ts'
import { fieldsOf, type EmbeddedTags } from '../tags.ts'
import { decodeText } from '../textEncoding.ts'
import {
  childrenOf,
  endOf,
  float,
  ids,
  maxHeaderBytes,
  readElement,
  topIds,
  unsigned,
  type Placed,
} from './ebml.ts'
import { frameSamples } from './flacFrames.ts'
import { alacPacketSamples, opusPacketSamples } from './packets.ts'
import { checkDeclared, damaged, holdsVideo, notAudio, type Format, type Survey } from './survey.ts'
import { readCluster, type Timeline } from './webmClusters.ts'
import { readTagTexts, readTracks, type SoundTrack } from './webmTracks.ts'

export const webm: Format = {
  matches: (head) => head.startsWith('\u001a\u0045\u00df\u00a3'),
  survey: surveyWebm,
  leadingTag: 'refused',
}

const contentTypes = new Map<string, AudioType>([
  ['webm', 'audio/webm'],
  ['matroska', 'audio/matroska'],
])
/** The longest description of the segment, its tracks or its tags that is read. */
const maxDescriptionBytes = 512 * 1024
/** Codecs whose frames all have the same number of samples, so that the last block is as long as the others. */
const fixedFrames = /^(AAC|MPEG|AC3|EAC3|DTS)/
/** Lists of tags that are read: each may have many tiny elements. */
const maxTagLists = 4
const maxPictureTracks = 100
const maxJoined = 100
/** The first bytes of a packet, which say how long it is. */
const maxPacketHeaderBytes = 16
/** A declared duration that ends closer to the last block's start was written before that block. */
const minLastSeconds = 0.002

type Segment = {
  nanosecondsPerUnit: number
  declaredUnits: number
  title: string | undefined
  track: SoundTrack | undefined
  timeline: Timeline
  tags: EmbeddedTags[]
}

async function surveyWebm(source: ByteSource, start: number): Promise<Survey> {
  const first = await readFile(source, start)
  const { track, timeline } = first.segment
  if ([...timeline.pictures.values()].some((blocks) => blocks > 1)) throw holdsVideo()
  if (!track) throw notAudio('no track has audio')
  let duration = await secondsOf(source, first.segment)
  // Players go on with files that are joined to this one.
  for (let { end } = first, joined = 1; joined < maxJoined && (await isFileStart(source, end)); joined++) {
    const next = await readFile(source, end)
    duration += await secondsOf(source, next.segment)
    end = next.end
  }
  const { contentType, segment } = first
  const { codec, sampleRate, channels } = track
  const tags = [{ ...fieldsOf(new Map()), title: segment.title }, ...segment.tags]
  return { contentType, codec, duration, sampleRate, channels, bitrate: null, tags }
}

async function isFileStart(source: ByteSource, at: number): Promise<boolean> {
  return readElement(await source.bytes(at, maxHeaderBytes), 0)?.id === ids.ebml
}

/** One file: a header with a document type, and a segment. */
async function readFile(source: ByteSource, start: number) {
  const header = await elementAt(source, start)
  const docType = childrenOf(await payloadOf(source, header)).get(ids.docType) ?? new Uint8Array()
  const contentType = contentTypes.get(decodeText(docType) ?? '')
  if (!contentType) throw notAudio('neither WebM nor Matroska')
  return { contentType, ...(await readSegment(source, header.offset + (header.length ?? 0))) }
}

/**
 * From the blocks of the sound, which are what plays. The declared duration is of the whole segment: it is more exact about
 * the end of the last block, unless another track outlasts the sound, or a recorder stopped counting at its start.
 */
async function secondsOf(source: ByteSource, segment: Segment): Promise<number> {
  const { timeline, track, declaredUnits, nanosecondsPerUnit } = segment
  const { blocks, first, last, step, frames, lastDuration, latest } = timeline
  if (blocks === 0) throw damaged('It contains no audio.')
  const secondsPerUnit = nanosecondsPerUnit / 1e9
  const declared = declaredUnits * secondsPerUnit
  const frameSeconds = step * secondsPerUnit || (track?.frameNanoseconds ?? 0) / 1e9
  const lastSeconds =
    (await lastPacketSeconds(source, segment)) || lastDuration * secondsPerUnit || frameSeconds * frames
  if (lastSeconds === 0) return declared
  const begin = (last - first) * secondsPerUnit
  const end = begin + lastSeconds
  checkDeclared(declared, Math.max(latest * secondsPerUnit, last * secondsPerUnit + lastSeconds))
  const isExact = !fixedFrames.test(track?.codec ?? '')
  const endsWithin = declared > begin + minLastSeconds && declared <= end + Math.max(lastSeconds, 0.01)
  return isExact && endsWithin ? declared : end
}

/** What the last block lasts where its packet says so; 0 where it does not. Lossless codecs end with a shorter one. */
async function lastPacketSeconds(source: ByteSource, { timeline, track }: Segment): Promise<number> {
  if (!track || timeline.frames !== 1) return 0
  const { at, bytes } = timeline.lastFrames
  const packet = await source.bytes(at, Math.min(bytes, maxPacketHeaderBytes))
  if (track.codec === 'OPUS') return opusPacketSamples(packet) / 48000
  if (track.codec === 'FLAC') return frameSamples(packet) / track.sampleRate
  if (track.codec === 'ALAC') return alacPacketSamples(packet, track.frameSamples) / track.sampleRate
  return 0
}

async function readSegment(source: ByteSource, from: number): Promise<{ segment: Segment; end: number }> {
  const element = await elementAt(source, from)
  const end = element.length === undefined ? source.size : element.offset + element.length
  if (element.id !== ids.segment || end > source.size) throw damaged('It is cut short.')
  const segment: Segment = {
    nanosecondsPerUnit: 1_000_000,
    declaredUnits: 0,
    title: undefined,
    track: undefined,
    timeline: {
      blocks: 0,
      first: 0,
      last: 0,
      step: 0,
      frames: 1,
      lastDuration: 0,
      lastFrames: { at: 0, bytes: 0 },
      latest: 0,
      pictures: new Map(),
    },
    tags: [],
  }
  let at = element.offset
  while (at < end) {
    const child = await elementAt(source, at)
    const known = topIds.has(child.id) || child.id === ids.void
    // Another file, or garbage after the last cluster. Where the length is known, the segment ends there all the same.
    if (!known && segment.timeline.blocks > 0) break
    at =
      child.id === ids.cluster
        ? await readCluster(source, child, end, segment.track?.number ?? 0, segment.timeline)
        : endOf(child, end)
    if (child.id !== ids.cluster && known) await readDescription(source, child, segment)
  }
  return { segment, end: element.length === undefined ? at : end }
}

async function readDescription(source: ByteSource, element: Placed, segment: Segment): Promise<void> {
  if (element.id === ids.tags && segment.tags.length < maxTagLists) {
    segment.tags.push(fieldsOf(readTagTexts(await payloadOf(source, element))))
  }
  if (element.id === ids.tracks && !segment.track && segment.timeline.pictures.size === 0) {
    const { sound, pictures } = readTracks(await payloadOf(source, element))
    segment.track = sound
    if (pictures.length > maxPictureTracks) throw damaged('It has too many tracks.')
    for (const number of pictures) segment.timeline.pictures.set(number, 0)
  }
  if (element.id !== ids.info) return
  const info = childrenOf(await payloadOf(source, element))
  segment.nanosecondsPerUnit = unsigned(info.get(ids.timestampScale)) || 1_000_000
  segment.declaredUnits = float(info.get(ids.duration))
  const title = info.get(ids.title)
  if (title) segment.title = decodeText(title)?.trim() || undefined
}

async function elementAt(source: ByteSource, at: number): Promise<Placed> {
  source.countPart()
  const element = readElement(await source.bytes(at, maxHeaderBytes), 0)
  if (!element) throw damaged('It cannot be read to its end.')
  return { ...element, offset: at + element.headerBytes }
}

async function payloadOf(source: ByteSource, { offset, length = 0 }: Placed): Promise<Uint8Array> {
  return new Uint8Array(await source.bytes(offset, Math.min(length, maxDescriptionBytes)))
}
