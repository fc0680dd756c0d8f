/** The frames of a FLAC file. Nothing says how long they are: each ends where the header of the next one is. */
import type { ByteSource } from '../byteSource.ts'
import { frameSpan, maxFrameHeaderBytes, minFrameBytes, trimmedFrame, type StreamInfo } from './flacFrames.ts'
import type { SoundPart } from './sound.ts'
import { maxPacketBytes } from './soundPackets.ts'

/** Most frames are much shorter. */
const firstLookaheadBytes = 64 * 1024
/** Frames that are given at once: those of a few seconds. */
const maxPartFrames = 100

export async function* readFlacFrames(
  source: ByteSource,
  from: number,
  end: number,
  info: StreamInfo,
): AsyncGenerator<SoundPart> {
  const longest = Math.min(maxPacketBytes, source.maxWindowBytes)
  let lookahead = Math.min(firstLookaheadBytes, longest)
  let at = from
  while (at < end) {
    const window = await source.windowFrom(at, Math.min(lookahead, end - at))
    const bytes = window.subarray(0, end - at)
    const isLast = at + bytes.byteLength === end
    const { packets, used } = cutFrames(source, bytes, info, isLast)
    if (packets.length > 0) yield { packets }
    at += used
    if (isLast && packets.length < maxPartFrames) return
    if (used > 0) continue
    if (lookahead === longest) {
      // Something else follows the last frame, or a frame is too long: what there is of it is damaged.
      yield { packets: [trimmedFrame(bytes)] }
      at += bytes.byteLength
    }
    lookahead = Math.min(2 * lookahead, longest)
  }
}

/** Whole frames, and how many bytes they are with what comes before them. In the last bytes, all that is left is a frame. */
function cutFrames(
  source: ByteSource,
  bytes: Uint8Array,
  info: StreamInfo,
  isLast: boolean,
): { packets: Uint8Array[]; used: number } {
  const packets: Uint8Array[] = []
  let at = 0
  let span = frameSpan(bytes, 0, info)
  while (packets.length < maxPartFrames) {
    const next = nextFrame(source, bytes, at, span, info, isLast)
    if (next) {
      if (span) packets.push(bytes.subarray(at, next.at))
      at = next.at
      span = next.span
      continue
    }
    if (isLast && span) packets.push(trimmedFrame(bytes.subarray(at, at + maxPacketBytes)))
    return { packets, used: span ? at : Math.max(at, bytes.byteLength - maxFrameHeaderBytes) }
  }
  return { packets, used: at }
}

type Span = { start: number; end: number }

/**
 * The next frame is where a header has a right checksum, and goes on where the last frame ends, or later if a frame between
 * them is damaged. So bytes that only look like a header do not pass.
 */
function nextFrame(
  source: ByteSource,
  bytes: Uint8Array,
  from: number,
  last: Span | undefined,
  info: StreamInfo,
  isLast: boolean,
): { at: number; span: Span } | undefined {
  const end = isLast ? bytes.byteLength : bytes.byteLength - maxFrameHeaderBytes
  const first = last ? from + minFrameBytes : from + 1
  for (let at = bytes.indexOf(0xff, first); at !== -1 && at < end; at = bytes.indexOf(0xff, at + 1)) {
    source.countSteps()
    const span = frameSpan(bytes, at, info)
    if (span && (!last || span.start >= last.end)) return { at, span }
  }
  return undefined
}
