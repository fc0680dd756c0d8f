/** Codings of sound by four characters, as AIFF-C, CAF and QuickTime share them (QuickTime File Format, "Sound sample formats"). Pure. */
import { fixedSamples, gsm, ima4, type SampleBlocks } from './sampleBlocks.ts'

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

/** The name of a codec. Samples that are not compressed are PCM, in whichever order their bytes are. */
export function codecOfCoding(coding: string): string {
  if (/^(NONE|sowt|twos|raw |in24|42ni|in32|23ni)$/.test(coding)) return 'PCM'
  return coding
}
