/** FLAC files (RFC 9639): metadata blocks, then frames. The last frame shows how far the audio really goes. */
import type { ByteSource } from '../byteSource.ts'
import { fieldsOf, maxTags } from '../tags.ts'
import { dataView, startsWith } from './bytes.ts'
import {
  frameEnd,
  frameSamples,
  hasSyncCode,
  isWholeFrame,
  maxFrameSamples,
  minFrameBytes,
  readStreamInfo,
  streamInfoBytes,
  type StreamInfo,
} from './flacFrames.ts'
import { readFlacFrames } from './flacSound.ts'
import type { SoundPart } from './sound.ts'
import { damaged, type Format, type Survey } from './survey.ts'
import { maxCommentBytes, readComments } from './vorbisComments.ts'

export const flac: Format = {
  matches: (head) => head.startsWith('fLaC'),
  survey: surveyFlac,
  readSound: readFlacSound,
  leadingTag: 'last',
}

const blockHeaderBytes = 4
/** More than there are block types (seven bits), each of which may occur a few times. */
const maxBlocks = 1000
/** Where the last frame is searched: most frames are shorter than the first length, and none is longer than the second. */
const tailsBytes = [64 * 1024, 4 * 1024 * 1024]
/** A marker, and the header of the STREAMINFO that follows it. */
const fileStart = 'fLaC\0\0\0\u0022'
/** A file that is joined to another one is searched in files up to this length, and in longer ones that look cut short. */
const maxSearchedBytes = 16 * 1024 * 1024
const maxJoined = 100

async function surveyFlac(source: ByteSource, start: number): Promise<Survey> {
  const { info, tags, end } = await readBlocks(source, start + 4)
  const { sampleRate, channels } = info
  if (!hasSyncCode(await source.bytes(end, 2), 0)) throw damaged('No audio follows its metadata.')
  const starts = await findJoinedFiles(source, end, info)
  let duration = await secondsOf(source, end, starts[0] ?? source.size, info)
  for (const [index, next] of starts.entries()) {
    const joined = await readBlocks(source, next + 4, 0)
    duration += await secondsOf(source, joined.end, starts[index + 1] ?? source.size, joined.info)
  }
  const bitrate = ((source.size - end) * 8) / duration
  return { contentType: 'audio/flac', codec: 'FLAC', duration, sampleRate, channels, bitrate, tags }
}

async function* readFlacSound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  const first = await readBlocks(source, start + 4, 0)
  const starts = await findJoinedFiles(source, first.end, first.info)
  for (const [index, at] of [start, ...starts].entries()) {
    const { streamInfo, info, end } = index === 0 ? first : await readBlocks(source, at + 4, 0)
    const { sampleRate, channels, totalSamples } = info
    const track = { coding: { codec: 'flac', streamInfo } as const, sampleRate, channels, skipSamples: 0 }
    yield { track: { ...track, playsSamples: totalSamples || undefined } }
    yield* readFlacFrames(source, end, starts[index] ?? source.size, info)
  }
}

async function readBlocks(
  source: ByteSource,
  from: number,
  maxComments = maxTags,
): Promise<{ info: StreamInfo; streamInfo: Uint8Array; tags: Survey['tags']; end: number }> {
  let streamInfo: Uint8Array | undefined
  const tags: Survey['tags'] = []
  let at = from
  for (let count = 0; count < maxBlocks; count++) {
    const header = await source.bytes(at, blockHeaderBytes)
    if (header.byteLength < blockHeaderBytes) throw damaged('It is cut short within its metadata.')
    const [start, length] = [at + blockHeaderBytes, dataView(header).getUint32(0) & 0xffffff]
    const [lastAndType = 0] = header
    at = start + length
    if (at > source.size) throw damaged('It is cut short within its metadata.')
    if ((lastAndType & 0x7f) === 0 && length === streamInfoBytes) {
      streamInfo ??= new Uint8Array(await source.bytes(start, length))
    }
    if ((lastAndType & 0x7f) === 4 && tags.length < maxComments) {
      tags.push(fieldsOf(readComments(await source.bytes(start, Math.min(length, maxCommentBytes)))))
    }
    if (lastAndType & 0x80) break
  }
  if (!streamInfo) throw damaged('It does not declare its sample format.')
  return { info: readStreamInfo(streamInfo), streamInfo, tags, end: at }
}

/** What the frames between two places last. The last of them tells whether all that is declared is there. */
async function secondsOf(source: ByteSource, from: number, end: number, info: StreamInfo): Promise<number> {
  const frame = await lastFrame(source, from, end, info)
  if (frame === undefined) throw damaged('Its frames cannot be read.')
  const samples = frame.isWhole ? frame.end : frame.start
  // Only the last frame is read, and its number may be anything.
  if (samples > Math.ceil((end - from) / minFrameBytes) * maxFrameSamples) {
    throw damaged('It declares more audio than its bytes can contain.')
  }
  if (samples < info.totalSamples) {
    throw damaged(`It is cut short: it declares ${info.totalSamples} samples and contains ${samples}.`)
  }
  return (info.totalSamples || samples) / info.sampleRate
}

/** Where other files begin that are joined to this one. Players go on with them. */
async function findJoinedFiles(source: ByteSource, from: number, info: StreamInfo): Promise<number[]> {
  const last = source.size > maxSearchedBytes ? await lastFrame(source, from, source.size, info) : undefined
  if (last && (!info.totalSamples || last.end === info.totalSamples)) return []
  const starts: number[] = []
  let at = from
  while (at + fileStart.length <= source.size) {
    const window = await source.windowFrom(at, fileStart.length)
    for (let next = window.indexOf(0x66); next !== -1; next = window.indexOf(0x66, next + 1)) {
      source.countSteps()
      if (startsWith(window, fileStart, next) && starts.length < maxJoined) starts.push(at + next)
    }
    at += Math.max(1, window.byteLength - fileStart.length + 1)
  }
  return starts
}

/** The last frame that begins before `end`: its first sample, the one after its last, and whether all of it is there. */
type LastFrame = { start: number; end: number; isWhole: boolean }

async function lastFrame(
  source: ByteSource,
  from: number,
  end: number,
  info: StreamInfo,
): Promise<LastFrame | undefined> {
  for (const longest of tailsBytes) {
    const tailBytes = Math.min(longest, source.maxWindowBytes)
    const start = Math.max(from, end - tailBytes)
    const bytes = await source.bytes(start, Math.min(tailBytes, end - start))
    for (let at = bytes.lastIndexOf(0xff); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(0xff, at - 1)) {
      source.countSteps()
      const samples = hasSyncCode(bytes, at) ? frameEnd(bytes.subarray(at), info) : undefined
      if (samples === undefined || (info.totalSamples && samples > info.totalSamples)) continue
      const frame = bytes.subarray(at)
      return { start: samples - frameSamples(frame), end: samples, isWhole: isWholeFrame(frame) }
    }
    if (start === from) break
  }
  return undefined
}
