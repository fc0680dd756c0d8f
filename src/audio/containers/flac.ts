/** FLAC files (RFC 9639): blocks of metadata, then frames. */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { dataView } from './bytes.ts'
import { maxCommentBytes, readVorbisComment, tagsOf } from './comments.ts'
import {
  lastFrameEnd,
  readStreamInfo,
  startsFlacFrame,
  streamInfoBytes,
  type StreamInfo,
} from './flacFrames.ts'
import type { Survey } from './survey.ts'

const headerBytes = 4
/** A block's type has seven bits; each but a few may be there once. */
const maxBlocks = 1000
/** Where the last frame is looked for: most are shorter than the first, none is longer than the second. */
const tailsBytes = [64 * 1024, 4 * 1024 * 1024]

/** Looks through the file from `from`, where `fLaC` stands. */
export async function surveyFlac(source: ByteSource, from: number): Promise<Survey> {
  const { info, tags, end } = await readBlocks(source, from + 4)
  const { sampleRate, channels, totalSamples } = info
  if (!startsFlacFrame(await source.bytes(end, 2), 0)) throw damaged('There is no audio behind its metadata.')
  const samples = await countSamples(source, end, info)
  if (samples < totalSamples) throw damaged(`It is cut short: of ${totalSamples} samples it has ${samples}.`)
  const duration = (totalSamples || samples) / sampleRate
  const bitrate = ((source.size - end) * 8) / duration
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
    const header = await source.bytes(at, headerBytes)
    if (header.byteLength < headerBytes) throw damaged('It is cut short within its metadata.')
    const [start, length] = [at + headerBytes, dataView(header).getUint32(0) & 0xffffff]
    const [lastAndType = 0] = header
    at = start + length
    if (at > source.size) throw damaged('It is cut short within its metadata.')
    if ((lastAndType & 0x7f) === 0 && length === streamInfoBytes) {
      info ??= readStreamInfo(await source.bytes(start, length))
    }
    if ((lastAndType & 0x7f) === 4) {
      tags.push(tagsOf(readVorbisComment(await source.bytes(start, Math.min(length, maxCommentBytes)))))
    }
    if (lastAndType & 0x80) break
  }
  if (!info) throw damaged('It does not say how its samples are coded.')
  return { info, tags, end: at }
}

/** By the last frame, which says which it is. */
async function countSamples(source: ByteSource, from: number, info: StreamInfo): Promise<number> {
  for (const tailBytes of tailsBytes) {
    const start = Math.max(from, source.size - tailBytes)
    const end = lastFrameEnd(await source.bytes(start, Math.min(tailBytes, source.size - start)), info)
    if (end !== undefined) return end
    if (start === from) break
  }
  throw damaged('Its frames cannot be read.')
}
