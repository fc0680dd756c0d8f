/** When the blocks of sound in a WebM or Matroska file begin (RFC 9559 §5.1.3), which is how long it plays. Pure. */
import { ids, unsigned } from './ebml.ts'
import { isBlock, readBlockHeader, type VisitElement } from './webmClusters.ts'
import type { Segment } from './webmSegment.ts'

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

export function newTimeline(): Timeline {
  return {
    blocks: 0,
    first: 0,
    last: 0,
    step: 0,
    frames: 1,
    lastDuration: 0,
    lastFrames: { at: 0, bytes: 0 },
    latest: 0,
    pictures: new Map(),
  }
}

/** Notes the elements of one cluster. */
export function blockVisitor({ track: sound, pictures }: Segment, timeline: Timeline): VisitElement {
  let clusterTime = 0
  let blockTime = 0
  let isSound = false
  return (id, bytes, at, length, position) => {
    if (id === ids.timestamp) clusterTime = unsigned(bytes.subarray(at, at + Math.min(length, 8)))
    if (id === ids.blockDuration) {
      const lasts = unsigned(bytes.subarray(at, at + Math.min(length, 8)))
      timeline.latest = Math.max(timeline.latest, blockTime + lasts)
      if (isSound) timeline.lastDuration = lasts
    }
    if (!isBlock(id, length)) return
    const { track, units, headerBytes } = readBlockHeader(bytes, at)
    blockTime = clusterTime + units
    isSound = track === (sound?.number ?? 0)
    timeline.latest = Math.max(timeline.latest, blockTime)
    if (isSound) {
      noteSound(timeline, blockTime, framesIn(bytes, at + headerBytes - 1))
      timeline.lastFrames.at = position + headerBytes
      timeline.lastFrames.bytes = length - headerBytes
    }
    if (pictures.has(track)) timeline.pictures.set(track, (timeline.pictures.get(track) ?? 0) + 1)
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
