/**
 * Compressed sound that comes in blocks of one size (ADPCM, GSM and alike), in WAV, AIFF-C and CAF: how many samples each
 * block has, so that its length is counted, and never taken from a header. Pure.
 */

/** Bytes of a block, for all channels, and what it gives for each channel. */
export type SampleBlocks = {
  bytes: number
  samples: number
  /** The samples of a last block that has fewer bytes; none unless given. */
  partial?: (bytes: number) => number
}

/** Samples per channel in so many bytes of sound. */
export function countSamples(bytes: number, blocks: SampleBlocks): number {
  const rest = bytes % blocks.bytes
  const whole = Math.floor(bytes / blocks.bytes)
  return whole * blocks.samples + (rest > 0 ? (blocks.partial?.(rest) ?? 0) : 0)
}

/** Samples that are not compressed, or all coded in the same number of bits. */
export function fixedSamples(channels: number, bitsPerSample: number): SampleBlocks {
  // As many samples as fill whole bytes.
  const samples = [1, 2, 4, 8].find((count) => (count * channels * bitsPerSample) % 8 === 0) ?? 8
  return { bytes: (samples * channels * bitsPerSample) / 8, samples }
}

/** MS ADPCM: a header of 7 bytes and two samples for each channel, then 4 bits a sample (Microsoft, "Multimedia Data Standards Update" 1994). */
export function msAdpcm(channels: number, blockBytes: number): SampleBlocks {
  const partial = (bytes: number): number => withHeader(bytes, 7 * channels, 2, channels, 4)
  return { bytes: blockBytes, samples: partial(blockBytes), partial }
}

/** IMA ADPCM in WAV: a header of 4 bytes and one sample for each channel, then words of 4 bytes for each channel in turn. */
export function imaAdpcm(channels: number, blockBytes: number, bitsPerSample: number): SampleBlocks {
  const partial = (bytes: number): number => withHeader(bytes, 4 * channels, 1, channels, bitsPerSample)
  return { bytes: blockBytes, samples: partial(blockBytes), partial }
}

function withHeader(
  bytes: number,
  headerBytes: number,
  headerSamples: number,
  channels: number,
  bitsPerSample: number,
): number {
  if (bytes < headerBytes) return 0
  return headerSamples + Math.floor(((bytes - headerBytes) * 8) / (bitsPerSample * channels))
}

/** IMA ADPCM of QuickTime: 34 bytes for 64 samples of one channel (Apple TN1081). */
export const ima4 = (channels: number): SampleBlocks => ({ bytes: 34 * channels, samples: 64 })

/** GSM 06.10: 33 bytes for 160 samples. In WAV, two such frames are packed in 65 bytes (RFC 3551 §4.5.8.1, Microsoft). */
export const gsm = (channels: number): SampleBlocks => ({ bytes: 33 * channels, samples: 160 })
export const gsmInWav = (channels: number): SampleBlocks => ({ bytes: 65 * channels, samples: 320 })
