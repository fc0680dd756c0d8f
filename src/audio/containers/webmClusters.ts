/** The clusters of a WebM or Matroska file (RFC 9559 §5.1.3): when each block of sound begins. */
import type { ByteSource } from '../byteSource.ts'
import {
  endOf,
  ids,
  maxHeaderBytes,
  numberBytes,
  readElement,
  topIds,
  unsigned,
  variableNumber,
  type Placed,
} from './ebml.ts'
import { damaged } from './survey.ts'

/** Times in units of the segment. */
export type Timeline = {
  /** Blocks of the sound, and when the first and the last of them begin. */
  blocks: number
  first: number
  last: number
  /** Between the last two blocks, for each frame in the first of them. */
  step: number
  /** Frames in the last block: several, if they are laced. */
  frames: number
  /** Of the last block, if it is declared. */
  lastDuration: number
  /** Where its frames are in the file. */
  lastFrames: { at: number; bytes: number }
  /** When the latest block of any track ends, as far as that is declared. */
  latest: number
  /** Blocks of each track of pictures: one is a still picture, such as a cover. */
  pictures: Map<number, number>
}

/** What is read of an element: its header, and the track and time of a block. */
const lookaheadBytes = maxHeaderBytes + 16

/**
 * Reads a cluster and returns where it ends: if its length is unknown, at the first element that cannot be part of it. It
 * does not wait for bytes that the window has, because hostile files have millions of tiny blocks.
 */
export async function readCluster(
  source: ByteSource,
  cluster: Placed,
  segmentEnd: number,
  soundTrack: number,
  timeline: Timeline,
): Promise<number> {
  const open = cluster.length === undefined
  const end = open ? segmentEnd : endOf(cluster, segmentEnd)
  const visit = blockVisitor(soundTrack, timeline)
  let at = cluster.offset
  while (at < end) {
    const window = await source.windowFrom(at, lookaheadBytes)
    const isLast = at + window.byteLength >= source.size
    const enough = isLast ? window.byteLength : window.byteLength - lookaheadBytes
    let within = 0
    while (within <= enough && at + within < end) {
      source.countSteps()
      const element = readElement(window, within)
      if (open && (!element || topIds.has(element.id) || element.id === ids.ebml)) return at + within
      if (element?.length === undefined) throw damaged('A cluster in it cannot be read.')
      const start = within + element.headerBytes
      // A block group is entered: its block comes before anything else that matters here.
      const next = element.id === ids.blockGroup ? start : start + element.length
      if (at + next > end) throw damaged('It is cut short within a block.')
      visit(element.id, window, start, element.length, at + start)
      within = next
    }
    at += within
  }
  return at
}

type Visit = (id: number, bytes: Uint8Array, at: number, length: number, position: number) => void

/** Notes the payload of each element of one cluster. */
function blockVisitor(soundTrack: number, timeline: Timeline): Visit {
  let clusterTime = 0
  let blockTime = 0
  let isSound = false
  return (id, bytes, at, length, position) => {
    if (id === ids.timestamp) clusterTime = unsigned(bytes.subarray(at, at + Math.min(length, 8)))
    if (id === ids.blockDuration) {
      const units = unsigned(bytes.subarray(at, at + Math.min(length, 8)))
      timeline.latest = Math.max(timeline.latest, blockTime + units)
      if (isSound) timeline.lastDuration = units
    }
    if ((id !== ids.simpleBlock && id !== ids.block) || length < 4) return
    // A block starts with its track number, coded like a length, and its time within the cluster (§10.1).
    const trackBytes = numberBytes(bytes, at)
    const track = variableNumber(bytes, at)
    const [high, low] = [bytes[at + trackBytes] ?? 0, bytes[at + trackBytes + 1] ?? 0]
    blockTime = clusterTime + ((((high << 8) | low) << 16) >> 16)
    isSound = track === soundTrack
    timeline.latest = Math.max(timeline.latest, blockTime)
    if (isSound) {
      noteSound(timeline, blockTime, framesIn(bytes, at + trackBytes + 2))
      timeline.lastFrames.at = position + trackBytes + 3
      timeline.lastFrames.bytes = length - trackBytes - 3
    }
    const pictures = timeline.pictures.get(track)
    if (pictures !== undefined) timeline.pictures.set(track, pictures + 1)
  }
}

/** Behind its time, a block has flags, and with lacing the number of its frames less 1 (§10.3). */
function framesIn(bytes: Uint8Array, flagsAt: number): number {
  return (bytes[flagsAt] ?? 0) & 0x06 ? (bytes[flagsAt + 1] ?? 0) + 1 : 1
}

function noteSound(timeline: Timeline, time: number, frames: number): void {
  if (timeline.blocks++ === 0) timeline.first = time
  else if (time > timeline.last) timeline.step = (time - timeline.last) / timeline.frames
  timeline.last = Math.max(timeline.last, time)
  timeline.frames = frames
  timeline.lastDuration = 0
}
