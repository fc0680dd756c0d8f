/** A WebM or Matroska file (RFC 9559 §4.5): a header, and a segment with its descriptions and clusters. */
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
import { damaged, notAudio } from './survey.ts'
import { walkCluster, type VisitElement } from './webmClusters.ts'
import { readTagTexts, readTracks, type SoundTrack } from './webmTracks.ts'

const contentTypes = new Map<string, AudioType>([
  ['webm', 'audio/webm'],
  ['matroska', 'audio/matroska'],
])
/** The longest description of the segment, its tracks or its tags that is read. */
const maxDescriptionBytes = 512 * 1024
/** Lists of tags that are read: each may have many tiny elements. */
const maxTagLists = 4
const maxPictureTracks = 100
const maxJoined = 100

/** What a file describes of itself. */
export type Segment = {
  contentType: AudioType
  nanosecondsPerUnit: number
  declaredUnits: number
  title: string | undefined
  track: SoundTrack | undefined
  /** Numbers of the tracks with pictures. */
  pictures: Set<number>
  tags: EmbeddedTags[]
}

/** What is made of the clusters. */
export type ClusterReader = {
  startCluster: (segment: Segment) => VisitElement
  /** Whether there have been blocks of the sound. */
  hasSound: () => boolean
}

/**
 * Reads a file and those that are joined to it, which players go on with. `readerOf` is called for each. Gives each file's
 * description after each window of its clusters, and at its end.
 */
export async function* walkFiles(
  source: ByteSource,
  start: number,
  readerOf: () => ClusterReader,
): AsyncGenerator<{ segment: Segment; isEnd: boolean }> {
  let at = start
  for (let file = 0; file < maxJoined; file++) {
    if (file > 0 && !(await isFileStart(source, at))) return
    const { segment, from } = await readHeader(source, at)
    for await (const end of walkSegment(source, from, segment, readerOf())) {
      at = end
      yield { segment, isEnd: false }
    }
    yield { segment, isEnd: true }
  }
}

async function isFileStart(source: ByteSource, at: number): Promise<boolean> {
  return readElement(await source.bytes(at, maxHeaderBytes), 0)?.id === ids.ebml
}

/** A header with a document type. */
async function readHeader(source: ByteSource, start: number): Promise<{ segment: Segment; from: number }> {
  const header = await elementAt(source, start)
  const docType = childrenOf(await payloadOf(source, header)).get(ids.docType) ?? new Uint8Array()
  const contentType = contentTypes.get(decodeText(docType) ?? '')
  if (!contentType) throw notAudio('neither WebM nor Matroska')
  const segment: Segment = {
    contentType,
    nanosecondsPerUnit: 1_000_000,
    declaredUnits: 0,
    title: undefined,
    track: undefined,
    pictures: new Set(),
    tags: [],
  }
  return { segment, from: header.offset + (header.length ?? 0) }
}

/** Reads descriptions into `segment`. Gives the place where reading goes on; the last one is where the segment ends. */
async function* walkSegment(
  source: ByteSource,
  from: number,
  segment: Segment,
  reader: ClusterReader,
): AsyncGenerator<number> {
  const element = await elementAt(source, from)
  const end = element.length === undefined ? source.size : element.offset + element.length
  if (element.id !== ids.segment || end > source.size) throw damaged('It is cut short.')
  let at = element.offset
  while (at < end) {
    const child = await elementAt(source, at)
    const known = topIds.has(child.id) || child.id === ids.void
    // Another file, or garbage after the last cluster. Where the length is known, the segment ends there all the same.
    if (!known && reader.hasSound()) break
    if (child.id === ids.cluster) {
      for await (const next of walkCluster(source, child, end, reader.startCluster(segment))) {
        at = next
        yield at
      }
      continue
    }
    at = endOf(child, end)
    if (known) await readDescription(source, child, segment)
  }
  yield element.length === undefined ? at : end
}

async function readDescription(source: ByteSource, element: Placed, segment: Segment): Promise<void> {
  if (element.id === ids.tags && segment.tags.length < maxTagLists) {
    segment.tags.push(fieldsOf(readTagTexts(await payloadOf(source, element))))
  }
  if (element.id === ids.tracks && !segment.track && segment.pictures.size === 0) {
    const { sound, pictures } = readTracks(await payloadOf(source, element))
    segment.track = sound
    if (pictures.length > maxPictureTracks) throw damaged('It has too many tracks.')
    segment.pictures = new Set(pictures)
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
