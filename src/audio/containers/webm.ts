/** WebM and Matroska files with nothing but audio (RFC 9559), also as browsers record them: without lengths. */
import type { ByteSource } from '../byteSource.ts'
import { fieldsOf } from '../tags.ts'
import { frameSamples } from './flacFrames.ts'
import { alacPacketSamples, opusPacketSamples } from './packets.ts'
import { checkDeclared, damaged, holdsVideo, notAudio, type Format, type Survey } from './survey.ts'
import { walkFiles, type Segment } from './webmSegment.ts'
import { readWebmSound } from './webmSound.ts'
import { blockVisitor, newTimeline, type Timeline } from './webmTimeline.ts'

export const webm: Format = {
  matches: (head) => head.startsWith('\u001a\u0045\u00df\u00a3'),
  survey: surveyWebm,
  readSound: readWebmSound,
  leadingTag: 'refused',
}

/** Codecs whose frames all have the same number of samples, so that the last block is as long as the others. */
const fixedFrames = /^(AAC|MPEG|AC3|EAC3|DTS)/
/** The first bytes of a packet, which say how long it is. */
const maxPacketHeaderBytes = 16
/** A declared duration that ends closer to the last block's start was written before that block. */
const minLastSeconds = 0.002

async function surveyWebm(source: ByteSource, start: number): Promise<Survey> {
  let first: Segment | undefined
  let duration = 0
  let timeline = newTimeline()
  const reader = () => {
    timeline = newTimeline()
    const ofFile = timeline
    return {
      startCluster: (segment: Segment) => blockVisitor(segment, ofFile),
      hasSound: () => ofFile.blocks > 0,
    }
  }
  for await (const { segment, isEnd } of walkFiles(source, start, reader)) {
    if (!isEnd) continue
    if (!first && [...timeline.pictures.values()].some((blocks) => blocks > 1)) throw holdsVideo()
    first ??= segment
    if (!first.track) throw notAudio('no track has audio')
    duration += await secondsOf(source, segment, timeline)
  }
  if (!first?.track) throw notAudio('no track has audio')
  const { codec, sampleRate, channels } = first.track
  const tags = [{ ...fieldsOf(new Map()), title: first.title }, ...first.tags]
  return { contentType: first.contentType, codec, duration, sampleRate, channels, bitrate: null, tags }
}

/**
 * From the blocks of the sound, which are what plays. The declared duration is of the whole segment: it is more exact about
 * the end of the last block, unless another track outlasts the sound, or a recorder stopped counting at its start.
 */
async function secondsOf(source: ByteSource, segment: Segment, timeline: Timeline): Promise<number> {
  const { track, declaredUnits, nanosecondsPerUnit } = segment
  const { blocks, first, last, step, frames, lastDuration, latest } = timeline
  if (blocks === 0) throw damaged('It contains no audio.')
  const secondsPerUnit = nanosecondsPerUnit / 1e9
  const declared = declaredUnits * secondsPerUnit
  const frameSeconds = step * secondsPerUnit || (track?.frameNanoseconds ?? 0) / 1e9
  const lastSeconds =
    (await lastPacketSeconds(source, segment, timeline)) ||
    lastDuration * secondsPerUnit ||
    frameSeconds * frames
  if (lastSeconds === 0) return declared
  const begin = (last - first) * secondsPerUnit
  const end = begin + lastSeconds
  checkDeclared(declared, Math.max(latest * secondsPerUnit, last * secondsPerUnit + lastSeconds))
  const isExact = !fixedFrames.test(track?.codec ?? '')
  const endsWithin = declared > begin + minLastSeconds && declared <= end + Math.max(lastSeconds, 0.01)
  return isExact && endsWithin ? declared : end
}

/** What the last block lasts where its packet says so; 0 where it does not. Lossless codecs end with a shorter one. */
async function lastPacketSeconds(
  source: ByteSource,
  { track }: Segment,
  timeline: Timeline,
): Promise<number> {
  if (!track || timeline.frames !== 1) return 0
  const { at, bytes } = timeline.lastFrames
  const packet = await source.bytes(at, Math.min(bytes, maxPacketHeaderBytes))
  if (track.codec === 'OPUS') return opusPacketSamples(packet) / 48000
  if (track.codec === 'FLAC') return frameSamples(packet) / track.sampleRate
  if (track.codec === 'ALAC') return alacPacketSamples(packet, track.frameSamples) / track.sampleRate
  return 0
}
