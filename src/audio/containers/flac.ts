/** FLAC files (RFC 9639): metadata blocks, then frames. The last frame shows how far the audio really goes. */
import type { ByteSource } from '../byteSource.ts'
import { fieldsOf } from '../tags.ts'
import { dataView, startsWith } from './bytes.ts'
import { frameEnd, hasSyncCode, readStreamInfo, streamInfoBytes, type StreamInfo } from './flacFrames.ts'
import { damaged, type Format, type Survey } from './survey.ts'
import { maxCommentBytes, readComments } from './vorbisComments.ts'

export const flac: Format = {
  matches: (head) => head.startsWith('fLaC'),
  survey: surveyFlac,
  leadingTag: 'last',
}

const blockHeaderBytes = 4
/** More than there are block types (seven bits), each of which may occur a few times. */
const maxBlocks = 1000
/** Where the last frame is searched: most frames are shorter than the first length, and none is longer than the second. */
const tailsBytes = [64 * 1024, 4 * 1024 * 1024]
/** A marker, and the header of the STREAMINFO that follows it. */
const fileStart = 'fLaC\0\0\0\u0022'

async function surveyFlac(source: ByteSource, start: number): Promise<Survey> {
  const { info, tags, end } = await readBlocks(source, start + 4)
  const { sampleRate, channels, totalSamples } = info
  if (!hasSyncCode(await source.bytes(end, 2), 0)) throw damaged('No audio follows its metadata.')
  const { soundEnd, samples } = await measure(source, end, info)
  if (samples < totalSamples) {
    throw damaged(`It is cut short: it declares ${totalSamples} samples and contains ${samples}.`)
  }
  const duration = (totalSamples || samples) / sampleRate
  const bitrate = ((soundEnd - end) * 8) / duration
  return { contentType: 'audio/flac', codec: 'FLAC', duration, sampleRate, channels, bitrate, tags }
}

async function readBlocks(
  source: ByteSource,
  from: number,
): Promise<{ info: StreamInfo; tags: Survey['tags']; end: number }> {
  let info: StreamInfo | undefined
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
      info ??= readStreamInfo(await source.bytes(start, length))
    }
    if ((lastAndType & 0x7f) === 4) {
      tags.push(fieldsOf(readComments(await source.bytes(start, Math.min(length, maxCommentBytes)))))
    }
    if (lastAndType & 0x80) break
  }
  if (!info) throw damaged('It does not declare its sample format.')
  return { info, tags, end: at }
}

/**
 * Where the sound ends, and its samples up to there. That is the end of the file, unless another file is joined to this
 * one: players stop at the number of samples that the first one declares.
 */
async function measure(source: ByteSource, from: number, info: StreamInfo) {
  const last = await lastFrameEnd(source, from, source.size, info)
  // The whole file is searched only if its last frame is not the last one of this stream.
  const isWhole = last !== undefined && (!info.totalSamples || last === info.totalSamples)
  const joint = isWhole ? undefined : await findNextFile(source, from)
  const samples = joint === undefined ? last : await lastFrameEnd(source, from, joint, info)
  if (samples === undefined) throw damaged('Its frames cannot be read.')
  return { soundEnd: joint ?? source.size, samples }
}

async function findNextFile(source: ByteSource, from: number): Promise<number | undefined> {
  let at = from
  while (at + fileStart.length <= source.size) {
    const window = await source.windowFrom(at, fileStart.length)
    for (let next = window.indexOf(0x66); next !== -1; next = window.indexOf(0x66, next + 1)) {
      source.countSteps()
      if (startsWith(window, fileStart, next)) return at + next
    }
    at += Math.max(1, window.byteLength - fileStart.length + 1)
  }
  return undefined
}

/** Where the last frame before `end` ends, in samples from the start of the stream; undefined if there is none. */
async function lastFrameEnd(
  source: ByteSource,
  from: number,
  end: number,
  info: StreamInfo,
): Promise<number | undefined> {
  for (const tailBytes of tailsBytes) {
    const start = Math.max(from, end - tailBytes)
    const bytes = await source.bytes(start, Math.min(tailBytes, end - start))
    for (let at = bytes.lastIndexOf(0xff); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(0xff, at - 1)) {
      source.countSteps()
      const samples = hasSyncCode(bytes, at) ? frameEnd(bytes.subarray(at), info) : undefined
      const possible = samples !== undefined && (!info.totalSamples || samples <= info.totalSamples)
      if (possible) return samples
    }
    if (start === from) break
  }
  return undefined
}
