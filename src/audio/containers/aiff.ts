/** AIFF and AIFF-C files (Apple, Audio Interchange File Format 1.3, and the AIFF-C draft of 1991). */
import type { ByteSource } from '../byteSource.ts'
import { addText, fieldsOf, maxTextBytes, type TextTags } from '../tags.ts'
import { characters, dataView } from './bytes.ts'
import { damaged, type Survey } from './survey.ts'
import { readChunks, readId3Chunk, type Chunk } from './wav.ts'

/** SSND begins with an offset and a block size. */
const soundHeaderBytes = 8
/** Bytes of a sample, by AIFF-C coding. Other codings are compressed. */
const sampleBytes: Record<string, number> = { fl32: 4, FL32: 4, fl64: 8, FL64: 8, alaw: 1, ulaw: 1 }

type Common = {
  channels: number
  frames: number
  frameBytes: number | undefined
  sampleRate: number
  codec: string
}
type Found = { common?: Common; soundBytes?: number; texts: TextTags; tags: Survey['tags'] }

export async function surveyAiff(source: ByteSource, start: number): Promise<Survey> {
  const found: Found = { texts: new Map(), tags: [] }
  for await (const chunk of readChunks(source, start + 12, source.size, false)) {
    const beyond = chunk.offset + chunk.length > source.size
    if (beyond && found.soundBytes) break // garbage after the last chunk
    if (beyond) throw damaged(`It is cut short within ${chunk.id.trim()}.`)
    await takeChunk(source, chunk, found)
  }
  const { common, soundBytes } = found
  if (!common) throw damaged('It does not declare its sample format.')
  if (!soundBytes || common.frames === 0) throw damaged('It contains no audio.')
  const { channels, codec, sampleRate, frames, frameBytes } = common
  if (frameBytes && frames * frameBytes > soundBytes) {
    throw damaged('It declares more samples than it contains.')
  }
  const duration = frames / sampleRate
  const bitrate = (soundBytes * 8) / duration
  const tags = [...found.tags, fieldsOf(found.texts)]
  return { contentType: 'audio/aiff', codec, duration, sampleRate, channels, bitrate, tags }
}

async function takeChunk(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  const { id, offset, length } = chunk
  if (id === 'COMM') found.common = readCommon(await source.bytes(offset, Math.min(length, 32)))
  if (id === 'SSND') found.soundBytes = Math.max(0, length - soundHeaderBytes)
  if (/^(NAME|AUTH|ANNO)$/.test(id) && length <= maxTextBytes) {
    addText(found.texts, id, await source.bytes(offset, length))
  }
  const id3 = id === 'ID3 ' && (await readId3Chunk(source, chunk))
  if (id3) found.tags.push(id3)
}

function readCommon(bytes: Uint8Array): Common {
  if (bytes.byteLength < 18) throw damaged('Its sample format is cut short.')
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

/** An 80-bit IEEE 754 number, from its exponent and the top 32 bits of its mantissa: enough for a sample rate. */
function readExtended(view: DataView, at: number): number {
  const exponent = view.getUint16(at) - 16383
  return view.getUint32(at + 2) * 2 ** (exponent - 31)
}
