/** WebM and Matroska files with sound alone (RFC 9559), also as browsers record them: without lengths. */
import type { AudioType } from '../audioType.ts'
import type { ByteSource } from '../byteSource.ts'
import { damaged, notAudio } from '../refusals.ts'
import { decodeText } from '../tagText.ts'
import { tagsOf, type Texts } from './comments.ts'
import { readCluster, type Times } from './ebmlClusters.ts'
import { readTags, readTracks, type Track } from './ebmlTracks.ts'
import {
  childrenOf,
  float,
  ids,
  maxHeaderBytes,
  readElement,
  topIds,
  unsigned,
  type Element,
} from './ebmlElements.ts'
import type { Survey } from './survey.ts'

const contentTypes: Record<string, AudioType | undefined> = { webm: 'audio/webm', matroska: 'audio/matroska' }
/** Of a description of the segment, its tracks or its tags. */
const maxDescriptionBytes = 1024 * 1024
/** How much longer than its blocks a file may say it is. */
const slack = { share: 0.05, seconds: 1 }

type Found = {
  nanosecondsPerUnit: number
  declaredUnits: number
  title: string | undefined
  track: Track | undefined
  times: Times
  texts: Texts
}
type Placed = Element & { offset: number }

export async function surveyEbml(source: ByteSource): Promise<Survey> {
  const header = await elementAt(source, 0)
  const docType = childrenOf(await payloadOf(source, header)).get(ids.docType) ?? new Uint8Array()
  const contentType = contentTypes[decodeText(docType)]
  if (!contentType) throw notAudio('neither WebM nor Matroska')
  const found = await readSegment(source, header.offset + (header.length ?? 0))
  if (!found.track) throw notAudio('no track is of sound')
  const { codec, sampleRate, channels } = found.track
  const fromTags = tagsOf(found.texts)
  const tags = [{ ...fromTags, title: found.title ?? fromTags.title }]
  return { contentType, codec, duration: secondsOf(found), sampleRate, channels, bitrate: null, tags }
}

async function readSegment(source: ByteSource, from: number): Promise<Found> {
  const segment = await elementAt(source, from)
  const end = segment.length === undefined ? source.size : segment.offset + segment.length
  if (segment.id !== ids.segment || end > source.size) throw damaged('It is cut short.')
  const times = { blocks: 0, first: 0, last: 0, step: 0, cluster: 0, elements: 0 }
  const found: Found = {
    nanosecondsPerUnit: 1_000_000,
    declaredUnits: 0,
    title: undefined,
    track: undefined,
    times,
    texts: new Map(),
  }
  let at = segment.offset
  while (at < end) {
    const element = await elementAt(source, at)
    const known = topIds.has(element.id) || element.id === ids.void
    if (!known && found.times.blocks > 0) break // an addition
    at = element.id === ids.cluster ? await takeCluster(source, element, end, found) : endOf(element, end)
    if (element.id !== ids.cluster && known) await takeDescription(source, element, found)
  }
  return found
}

async function takeCluster(source: ByteSource, cluster: Placed, end: number, found: Found): Promise<number> {
  const clusterEnd = cluster.length === undefined ? undefined : endOf(cluster, end)
  const track = found.track?.number ?? 0
  return await readCluster(source, cluster.offset, clusterEnd, end, track, found.times)
}

function endOf({ offset, length }: Placed, end: number): number {
  if (length === undefined || offset + length > end) throw damaged('It is cut short.')
  return offset + length
}

async function takeDescription(source: ByteSource, element: Placed, found: Found): Promise<void> {
  if (element.id === ids.tags) readTags(await payloadOf(source, element), found.texts)
  if (element.id === ids.tracks) found.track ??= readTracks(await payloadOf(source, element))
  if (element.id !== ids.info) return
  const info = childrenOf(await payloadOf(source, element))
  found.nanosecondsPerUnit = unsigned(info.get(ids.timestampScale) ?? Uint8Array.of()) || 1_000_000
  found.declaredUnits = float(info.get(ids.duration))
  const title = info.get(ids.title)
  if (title) found.title = decodeText(title)
}

/** As its blocks go, which is what plays; what the header says must agree with it. */
function secondsOf({ times, declaredUnits, nanosecondsPerUnit }: Found): number {
  if (times.blocks === 0) throw damaged('It holds no audio.')
  const counted = ((times.last - times.first + times.step) * nanosecondsPerUnit) / 1e9
  const declared = (declaredUnits * nanosecondsPerUnit) / 1e9
  if (declared > counted * (1 + slack.share) + slack.seconds) {
    throw damaged('It says to be longer than its audio is.')
  }
  return declared > 0 && declared >= counted * (1 - slack.share) - slack.seconds ? declared : counted
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
