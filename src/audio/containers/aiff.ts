/** AIFF and AIFF-C files (Apple, Audio Interchange File Format 1.3 and AIFF-C draft 1991). */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { characters, dataView } from './bytes.ts'
import { readChunks, type Chunk } from './chunks.ts'
import { addText, tagsOf, type Texts } from './comments.ts'
import { excerptId3, id3HeaderBytes, id3Length } from './id3.ts'
import type { Survey } from './survey.ts'

/** SSND begins with an offset and a block size. */
const soundHeaderBytes = 8
const maxTextBytes = 64 * 1024
/** Bytes of a sample as AIFF-C codes it; other codings are compressed. */
const sampleBytes: Record<string, number> = { fl32: 4, FL32: 4, fl64: 8, FL64: 8, alaw: 1, ulaw: 1 }

type Common = {
  channels: number
  frames: number
  frameBytes: number | undefined
  sampleRate: number
  codec: string
}
type Found = { common?: Common; soundBytes?: number; texts: Texts; tags: Survey['tags'] }

export async function surveyAiff(source: ByteSource): Promise<Survey> {
  const found: Found = { texts: new Map(), tags: [] }
  for await (const chunk of readChunks(source, 12, source.size, false)) {
    const beyond = chunk.offset + chunk.length > source.size
    if (beyond && found.soundBytes) break // not a chunk, but an addition
    if (beyond) throw damaged(`It is cut short within ${chunk.id.trim()}.`)
    await takeChunk(source, chunk, found)
  }
  const { common, soundBytes } = found
  if (!common) throw damaged('It does not say how its samples are coded.')
  if (!soundBytes || common.frames === 0) throw damaged('It holds no audio.')
  const { channels, codec, sampleRate, frames, frameBytes } = common
  if (frameBytes && frames * frameBytes > soundBytes) throw damaged('It holds fewer samples than it says.')
  const duration = frames / sampleRate
  const bitrate = (soundBytes * 8) / duration
  const tags = [...found.tags, tagsOf(found.texts)]
  return { contentType: 'audio/aiff', codec, duration, sampleRate, channels, bitrate, tags }
}

async function takeChunk(source: ByteSource, { id, offset, length }: Chunk, found: Found): Promise<void> {
  if (id === 'COMM') found.common = readCommon(await source.bytes(offset, Math.min(length, 32)))
  if (id === 'SSND') found.soundBytes = Math.max(0, length - soundHeaderBytes)
  if (/^(NAME|AUTH|ANNO)$/.test(id) && length <= maxTextBytes) {
    addText(found.texts, id, await source.bytes(offset, length))
  }
  if (id === 'ID3 ') {
    const tagLength = id3Length(await source.bytes(offset, id3HeaderBytes))
    if (tagLength && tagLength <= length) found.tags.push(await excerptId3(source, offset, tagLength))
  }
}

function readCommon(bytes: Uint8Array): Common {
  if (bytes.byteLength < 18) throw damaged('Its description of the samples is cut short.')
  const view = dataView(bytes)
  const coding = bytes.byteLength >= 22 ? characters(bytes, 18, 4) : 'NONE'
  const plain = coding === 'NONE' || coding === 'sowt' || coding === 'twos'
  const [channels, bits] = [view.getUint16(0), view.getUint16(6)]
  const width = plain ? Math.ceil(bits / 8) : sampleBytes[coding]
  return {
    channels,
    frames: view.getUint32(2),
    frameBytes: width && channels * width,
    sampleRate: readExtended(view, 8),
    codec: plain ? 'PCM' : coding,
  }
}

/** An 80-bit IEEE 754 extended number, as far as a sample rate needs it: the top 32 bits of the mantissa. */
function readExtended(view: DataView, at: number): number {
  const exponent = view.getUint16(at) - 16383
  return view.getUint32(at + 2) * 2 ** (exponent - 31)
}
