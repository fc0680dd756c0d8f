/** Codings of sound by four characters, as AIFF-C, CAF and QuickTime share them (QuickTime File Format, "Sound sample formats"). Pure. */
import { fixedSamples, gsm, ima4, type SampleBlocks } from './sampleBlocks.ts'
import type { Coding, PcmSample } from './sound.ts'

/** Bytes of a sample that is not compressed; undefined where another field declares it. */
const sampleBytes: Record<string, number | undefined> = {
  NONE: undefined,
  sowt: undefined,
  twos: undefined,
  'raw ': 1,
  in24: 3,
  '42ni': 3,
  in32: 4,
  '23ni': 4,
  fl32: 4,
  FL32: 4,
  fl64: 8,
  FL64: 8,
}

const blocks: Record<string, (channels: number) => SampleBlocks> = {
  ulaw: (channels) => fixedSamples(channels, 8),
  ULAW: (channels) => fixedSamples(channels, 8),
  alaw: (channels) => fixedSamples(channels, 8),
  ALAW: (channels) => fixedSamples(channels, 8),
  ima4,
  'GSM ': gsm,
  agsm: gsm,
  G722: (channels) => fixedSamples(channels, 4),
  // Macintosh Audio Compression: 6 samples in 2 bytes, and in 1.
  MAC3: (channels) => ({ bytes: 2 * channels, samples: 6 }),
  MAC6: (channels) => ({ bytes: channels, samples: 6 }),
}

export function isUncompressed(coding: string): boolean {
  return Object.hasOwn(sampleBytes, coding)
}

/** Its blocks; undefined where they are not known, or vary in size. `bits` is what a header declares for a sample. */
export function blocksOfCoding(coding: string, channels: number, bits: number): SampleBlocks | undefined {
  if (!isUncompressed(coding)) return Object.hasOwn(blocks, coding) ? blocks[coding]?.(channels) : undefined
  const bytes = sampleBytes[coding] ?? Math.ceil(bits / 8)
  return bytes > 0 ? fixedSamples(channels, bytes * 8) : undefined
}

/** What a decoder must know; undefined where none knows the coding. `isLittleEndian` is what a QuickTime file declares apart. */
export function soundOfCoding(
  coding: string,
  channels: number,
  bits: number,
  isLittleEndian = /^(sowt|42ni|23ni)$/.test(coding),
): Coding | undefined {
  if (/^ulaw$/i.test(coding)) return { codec: 'mulaw' }
  if (/^alaw$/i.test(coding)) return { codec: 'alaw' }
  if (coding === 'ima4') {
    return { codec: 'ima-adpcm', layout: 'quicktime', blockBytes: ima4(channels).bytes, bits: 4 }
  }
  if (!isUncompressed(coding)) return undefined
  const type = /^fl/i.test(coding) ? 'float' : coding === 'raw ' ? 'unsigned' : 'signed'
  return pcm(type, sampleBytes[coding] ?? Math.ceil(bits / 8), !isLittleEndian)
}

/** Undefined for samples of a size that no decoder knows. */
export function pcm(type: PcmSample['type'], bytes: number, bigEndian: boolean): Coding | undefined {
  if (!isSampleSize(bytes) || (type === 'float' && bytes < 4)) return undefined
  return { codec: 'pcm', sample: { type, bytes, bigEndian } }
}

function isSampleSize(bytes: number): bytes is PcmSample['bytes'] {
  return [1, 2, 3, 4, 8].includes(bytes)
}

/** The name of a codec. Samples that are not compressed are PCM, in whichever order their bytes are. */
export function codecOfCoding(coding: string): string {
  if (/^(NONE|sowt|twos|raw |in24|42ni|in32|23ni)$/.test(coding)) return 'PCM'
  return coding
}
