/** The `fmt ` chunk of a WAV file (WAVEFORMATEX), and its codecs. QuickTime refers to them by the same numbers. Pure. */
import { dataView, type CheckedView } from './bytes.ts'
import { pcm } from './codings.ts'
import { fixedSamples, gsmInWav, imaAdpcm, msAdpcm, type SampleBlocks } from './sampleBlocks.ts'
import type { Coding } from './sound.ts'
import { damaged } from './survey.ts'

export type WaveFormat = {
  /** The number of the codec. */
  tag: number
  codec: string
  channels: number
  sampleRate: number
  /** Undefined where the codec's blocks are not known, or vary in size. */
  blocks: SampleBlocks | undefined
  /** Undefined where no decoder knows the codec. */
  coding: Coding | undefined
  /** Bytes of the chunk's content that were read. */
  headerBytes: number
}

/** Numbers are those of Microsoft's mmreg.h. */
const codecs: Record<number, string> = {
  0x0001: 'PCM',
  0x0002: 'ADPCM',
  0x0003: 'IEEE_FLOAT',
  0x0006: 'ALAW',
  0x0007: 'MULAW',
  0x0010: 'OKI_ADPCM',
  0x0011: 'DVI_ADPCM',
  0x0020: 'YAMAHA_ADPCM',
  0x0022: 'TRUESPEECH',
  0x0031: 'GSM610',
  0x0040: 'G721_ADPCM',
  0x0045: 'G726_ADPCM',
  0x0050: 'MPEG',
  0x0055: 'MPEGLAYER3',
  0x0064: 'G726_ADPCM',
  0x0065: 'G722_ADPCM',
  0x00ff: 'RAW_AAC1',
  0x0160: 'WMAUDIO1',
  0x0161: 'WMAUDIO2',
  0x0162: 'WMAUDIO3',
  0x028f: 'G722_ADPCM',
}
const mpegTags = new Set([0x0050, 0x0055])

/** The name of a codec by its number. */
export function wavCodec(tag: number): string {
  return codecs[tag] ?? `WAVE format ${tag}`
}

export function isMpeg({ tag }: WaveFormat): boolean {
  return mpegTags.has(tag)
}

/** Reads a `fmt ` chunk. In WAVEFORMATEXTENSIBLE (tag 0xfffe), the sub-format starts with the number of the codec. */
export function readFormat(bytes: Uint8Array): WaveFormat {
  if (bytes.byteLength < 16) throw damaged('Its sample format is cut short.')
  const view = dataView(bytes)
  const declared = view.getUint16(0, true)
  const tag = declared === 0xfffe && bytes.byteLength >= 26 ? view.getUint16(24, true) : declared
  const [channels, sampleRate] = [view.getUint16(2, true), view.getUint32(4, true)]
  const [blockBytes, bits] = [view.getUint16(12, true), view.getUint16(14, true)]
  const blocks = channels > 0 ? blocksOf(tag, channels, blockBytes, bits) : undefined
  const coding = blocks && codingOf(tag, blocks.bytes, bits, channels, view)
  const headerBytes = bytes.byteLength
  return { tag, codec: wavCodec(tag), channels, sampleRate, blocks, coding, headerBytes }
}

function codingOf(
  tag: number,
  blockBytes: number,
  bits: number,
  channels: number,
  view: CheckedView,
): Coding | undefined {
  switch (tag) {
    case 0x0001:
      return pcm(blockBytes === channels ? 'unsigned' : 'signed', blockBytes / channels, false)
    case 0x0003:
      return pcm('float', blockBytes / channels, false)
    case 0x0006:
      return { codec: 'alaw' }
    case 0x0007:
      return { codec: 'mulaw' }
    case 0x0002:
      return { codec: 'ms-adpcm', blockBytes, coefficients: readCoefficients(view) }
    case 0x0011:
      return { codec: 'ima-adpcm', layout: 'wav', blockBytes, bits: bits === 3 ? 3 : 4 }
    default:
      return undefined
  }
}

/**
 * The pairs that MS ADPCM lists behind the samples of a block (Microsoft, "Multimedia Data Standards Update" 1994); none if
 * no list is there that can be right.
 */
function readCoefficients(view: CheckedView): [number, number][] {
  const listAt = 22
  const count = view.byteLength >= listAt ? view.getUint16(listAt - 2, true) : 0
  if (count === 0 || count > maxCoefficients || view.byteLength < listAt + count * 4) return []
  return Array.from({ length: count }, (_, index) => {
    const at = listAt + index * 4
    return [view.getInt16(at, true), view.getInt16(at + 2, true)]
  })
}

/** The predictor of a block has a byte, but no writer has more pairs than the usual ones. */
const maxCoefficients = 32
/** Of the chunk, up to the end of such a list. */
export const maxFormatBytes = 22 + maxCoefficients * 4

function blocksOf(tag: number, channels: number, blockBytes: number, bits: number): SampleBlocks | undefined {
  switch (tag) {
    case 0x0001:
    case 0x0003:
      return { bytes: sampleBytes(channels, blockBytes, bits) * channels, samples: 1 }
    case 0x0006:
    case 0x0007:
      return fixedSamples(channels, 8)
    case 0x0002:
      return msAdpcm(channels, blockBytes)
    case 0x0011:
      return imaAdpcm(channels, blockBytes, bits === 3 ? 3 : 4)
    case 0x0022:
      return { bytes: 32 * channels, samples: 240 }
    case 0x0031:
      return gsmInWav(channels)
    case 0x0010:
    case 0x0020:
    case 0x0040:
    case 0x0065:
    case 0x028f:
      return fixedSamples(channels, 4)
    case 0x0045:
    case 0x0064:
      return bits >= 2 && bits <= 5 ? fixedSamples(channels, bits) : undefined
    default:
      return undefined
  }
}

/** 24 bits may come in 4 bytes. A size of blocks that no sample fits in is a mistake of the writer. */
function sampleBytes(channels: number, blockBytes: number, bits: number): number {
  const needed = Math.ceil(bits / 8) || 1
  const declared = blockBytes / channels
  return Number.isInteger(declared) && declared >= needed && declared <= 8 ? declared : needed
}
