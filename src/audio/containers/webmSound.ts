/** The sound of a WebM or Matroska file, frame by frame. */
import type { ByteSource } from '../byteSource.ts'
import { concatenated } from './bytes.ts'
import { preSkipOf } from './decoderHeaders.ts'
import type { SoundPart } from './sound.ts'
import { readPlaces, type Place } from './soundPackets.ts'
import { isBlock, readBlockHeader, type VisitElement } from './webmClusters.ts'
import { framesOf } from './webmLacing.ts'
import { walkFiles, type Segment } from './webmSegment.ts'
import type { SoundTrack } from './webmTracks.ts'

/** Each of the joined files has a track of its own. */
export async function* readWebmSound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  let blocks: Place[] = []
  let open: Segment | undefined
  const reader = () => {
    let count = 0
    const note = (at: number, bytes: number): void => {
      blocks.push({ at, bytes })
      count++
    }
    return { startCluster: (segment: Segment) => blocksOf(segment, note), hasSound: () => count > 0 }
  }
  for await (const { segment } of walkFiles(source, start, reader)) {
    const { track } = segment
    if (blocks.length === 0 || !track) continue
    if (!track.decoded) return
    if (open !== segment) yield partOf(track, track.decoded)
    open = segment
    for await (const part of readPlaces(source, blocks)) {
      if ('packets' in part) yield { packets: part.packets.flatMap((block) => wholeFrames(block, track)) }
    }
    blocks = []
  }
}

function partOf(
  { sampleRate, channels, delayNanoseconds }: SoundTrack,
  decoded: NonNullable<SoundTrack['decoded']>,
): SoundPart {
  const rate = decoded.sampleRate || sampleRate
  const { coding } = decoded
  // Opus says it in its header, which players follow: some writers count the delay in samples of another rate.
  const skipSamples =
    coding.codec === 'opus' ? preSkipOf(coding.head) : Math.round((delayNanoseconds * rate) / 1e9)
  return { track: { coding, sampleRate: rate, channels: decoded.channels || channels, skipSamples } }
}

function blocksOf({ track }: Segment, note: (at: number, bytes: number) => void): VisitElement {
  return (id, bytes, at, length, position) => {
    if (isBlock(id, length) && readBlockHeader(bytes, at).track === track?.number) note(position, length)
  }
}

function wholeFrames(block: Uint8Array, { strippedBytes }: SoundTrack): Uint8Array[] {
  const frames = framesOf(block).filter(({ byteLength }) => byteLength > 0)
  return strippedBytes.byteLength === 0 ? frames : frames.map((frame) => concatenated(strippedBytes, frame))
}
