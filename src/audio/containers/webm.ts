/** WebM and Matroska files with nothing but audio (RFC 9559), also as browsers record them: without lengths. */
import type { AudioType } from '../audioFormats.ts'
import type { ByteSource } from '../byteSource.ts'
import { addText, decodeText, fieldsOf, type TextTags } from '../tags.ts'
import {
  childrenOf,
  eachChild,
  float,
  ids,
  maxHeaderBytes,
  readElement,
  topIds,
  unsigned,
  variableNumber,
  type Element,
} from './ebml.ts'
import { checkDeclared, damaged, durationTolerance, holdsVideo, notAudio, type Survey } from './survey.ts'

const contentTypes: Record<string, AudioType | undefined> = { webm: 'audio/webm', matroska: 'audio/matroska' }
/** The longest description of the segment, its tracks or its tags that is read. */
const maxDescriptionBytes = 1024 * 1024
/** In all clusters. A day of the shortest blocks has fewer. */
const maxElements = 5_000_000
/** What is read of an element in a cluster: its header, and the track and time of a block. */
const lookaheadBytes = maxHeaderBytes + 16
/** The TargetTypeValue of a track. Albums, editions and collections are above it. */
const trackLevel = 30

type Track = { number: number; codec: string; sampleRate: number; channels: number }

/** Times of the track's blocks, in units of the segment. */
type Times = {
  blocks: number
  first: number
  last: number
  /** Between the last two blocks. The last block is taken to be as long. */
  step: number
  /** The time of the current cluster. */
  cluster: number
  /** Elements that are read so far. */
  elements: number
}

type Segment = {
  nanosecondsPerUnit: number
  declaredUnits: number
  title: string | undefined
  track: Track | undefined
  times: Times
  texts: TextTags
}
type Placed = Element & { offset: number }

export async function surveyWebm(source: ByteSource, start: number): Promise<Survey> {
  const header = await elementAt(source, start)
  const docType = childrenOf(await payloadOf(source, header)).get(ids.docType) ?? new Uint8Array()
  const contentType = contentTypes[decodeText(docType)]
  if (!contentType) throw notAudio('neither WebM nor Matroska')
  const segment = await readSegment(source, header.offset + (header.length ?? 0))
  if (!segment.track) throw notAudio('no track has audio')
  const { codec, sampleRate, channels } = segment.track
  const fields = fieldsOf(segment.texts)
  const tags = [{ ...fields, title: segment.title ?? fields.title }]
  return { contentType, codec, duration: durationOf(segment), sampleRate, channels, bitrate: null, tags }
}

/** From the blocks, which are what plays. The declared duration must agree with them. */
function durationOf({ times, declaredUnits, nanosecondsPerUnit }: Segment): number {
  if (times.blocks === 0) throw damaged('It contains no audio.')
  const counted = ((times.last - times.first + times.step) * nanosecondsPerUnit) / 1e9
  const declared = (declaredUnits * nanosecondsPerUnit) / 1e9
  checkDeclared(declared, counted)
  const { share, seconds } = durationTolerance
  return declared > 0 && declared >= counted * (1 - share) - seconds ? declared : counted
}

async function readSegment(source: ByteSource, from: number): Promise<Segment> {
  const element = await elementAt(source, from)
  const end = element.length === undefined ? source.size : element.offset + element.length
  if (element.id !== ids.segment || end > source.size) throw damaged('It is cut short.')
  const segment: Segment = {
    nanosecondsPerUnit: 1_000_000,
    declaredUnits: 0,
    title: undefined,
    track: undefined,
    times: { blocks: 0, first: 0, last: 0, step: 0, cluster: 0, elements: 0 },
    texts: new Map(),
  }
  let at = element.offset
  while (at < end) {
    const child = await elementAt(source, at)
    const known = topIds.has(child.id) || child.id === ids.void
    if (!known && segment.times.blocks > 0) break // garbage after the last cluster
    at = child.id === ids.cluster ? await readCluster(source, child, end, segment) : endOf(child, end)
    if (child.id !== ids.cluster && known) await readDescription(source, child, segment)
  }
  return segment
}

function endOf({ offset, length }: Placed, end: number): number {
  if (length === undefined || offset + length > end) throw damaged('It is cut short.')
  return offset + length
}

async function readDescription(source: ByteSource, element: Placed, segment: Segment): Promise<void> {
  if (element.id === ids.tags) readTags(await payloadOf(source, element), segment.texts)
  if (element.id === ids.tracks) segment.track ??= readTracks(await payloadOf(source, element))
  if (element.id !== ids.info) return
  const info = childrenOf(await payloadOf(source, element))
  segment.nanosecondsPerUnit = unsigned(info.get(ids.timestampScale)) || 1_000_000
  segment.declaredUnits = float(info.get(ids.duration))
  const title = info.get(ids.title)
  if (title) segment.title = decodeText(title)
}

/** The first audio track (RFC 9559 §5.1.4). */
function readTracks(bytes: Uint8Array): Track | undefined {
  let track: Track | undefined
  for (const [id, entry] of eachChild(bytes)) {
    if (id !== ids.trackEntry) continue
    const fields = childrenOf(entry)
    const type = unsigned(fields.get(ids.trackType))
    if (type === 1) throw holdsVideo()
    if (type !== 2) continue
    const audio = childrenOf(fields.get(ids.audio))
    track ??= {
      number: unsigned(fields.get(ids.trackNumber)),
      codec: decodeText(fields.get(ids.codecId) ?? Uint8Array.of()).replace(/^A_/, ''),
      sampleRate: audio.has(ids.samplingFrequency) ? float(audio.get(ids.samplingFrequency)) : 8000,
      channels: unsigned(audio.get(ids.channels) ?? Uint8Array.of(1)),
    }
  }
  return track
}

/** Tags of the track, not of an album that it belongs to (RFC 9559 §5.1.8). */
function readTags(bytes: Uint8Array, texts: TextTags): void {
  for (const [, tag] of eachChild(bytes)) {
    const targets = childrenOf(childrenOf(tag).get(ids.targets))
    if (unsigned(targets.get(ids.targetTypeValue)) > trackLevel) continue
    for (const [id, simpleTag] of eachChild(tag)) {
      const fields = childrenOf(id === ids.simpleTag ? simpleTag : undefined)
      const [name, text] = [fields.get(ids.tagName), fields.get(ids.tagString)]
      if (name && text) addText(texts, decodeText(name), text)
    }
  }
}

/**
 * Reads a cluster (RFC 9559 §5.1.3) and returns where it ends: if its length is unknown, at the first element that
 * cannot be part of it. It does not wait for bytes that the window has.
 */
async function readCluster(
  source: ByteSource,
  cluster: Placed,
  segmentEnd: number,
  { times, track }: Segment,
): Promise<number> {
  const open = cluster.length === undefined
  const end = open ? segmentEnd : endOf(cluster, segmentEnd)
  let at = cluster.offset
  times.cluster = 0
  while (at < end) {
    const bytes = source.buffered(at, lookaheadBytes) ?? (await source.bytes(at, lookaheadBytes))
    const element = readElement(bytes, 0)
    if (++times.elements > maxElements) throw damaged('It has too many parts.')
    if (open && (!element || topIds.has(element.id))) return at
    if (element?.length === undefined) throw damaged('A cluster in it cannot be read.')
    const start = at + element.headerBytes
    // A block group is entered: its block comes before anything else that matters here.
    const next = element.id === ids.blockGroup ? start : start + element.length
    if (next > end) throw damaged('It is cut short within a block.')
    const payload = bytes.subarray(element.headerBytes, element.headerBytes + element.length)
    noteElement(element.id, payload, track?.number ?? 0, times)
    at = next
  }
  return at
}

function noteElement(id: number, payload: Uint8Array, trackNumber: number, times: Times): void {
  if (id === ids.timestamp) times.cluster = unsigned(payload.subarray(0, 8))
  if ((id !== ids.simpleBlock && id !== ids.block) || payload.byteLength < 4) return
  // A block starts with its track number, coded like a length, and its time within the cluster (§10.1).
  const numberBytes = Math.clz32((payload[0] ?? 0) << 24) + 1
  if (variableNumber(payload.subarray(0, numberBytes)) !== trackNumber) return
  const [high = 0, low = 0] = payload.subarray(numberBytes, numberBytes + 2)
  const time = times.cluster + ((((high << 8) | low) << 16) >> 16)
  if (times.blocks++ === 0) times.first = time
  else if (time > times.last) times.step = time - times.last
  times.last = Math.max(times.last, time)
}

async function elementAt(source: ByteSource, at: number): Promise<Placed> {
  source.countPart()
  const element = readElement(await source.bytes(at, maxHeaderBytes), 0)
  if (!element) throw damaged('It cannot be read to its end.')
  return { ...element, offset: at + element.headerBytes }
}

async function payloadOf(source: ByteSource, { offset, length = 0 }: Placed): Promise<Uint8Array> {
  return await source.bytes(offset, Math.min(length, maxDescriptionBytes))
}
