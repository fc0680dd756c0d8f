/** The file formats of BBC's audiowaveform, version 2: binary (`.dat`) and JSON. Both have one channel, the mix, and 8 bits. */
import type { Waveform } from './peaks.ts'

const VERSION = 2
const HAS_8_BITS = 1
const HEADER_BYTES = 24

export type WaveformJson = {
  version: 2
  channels: 1
  sample_rate: number
  samples_per_pixel: number
  bits: 8
  length: number
  data: number[]
}

/** All numbers are little-endian. */
export function encodeWaveform({ sampleRate, samplesPerPixel, data }: Waveform): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + data.length)
  const header = new DataView(bytes.buffer)
  const fields = [VERSION, HAS_8_BITS, sampleRate, samplesPerPixel, data.length / 2, 1]
  for (const [index, field] of fields.entries()) header.setUint32(4 * index, field, true)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.length), HEADER_BYTES)
  return bytes
}

/** Undefined if the bytes are not those of `encodeWaveform`. */
export function decodeWaveform(bytes: Uint8Array): Waveform | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const field = (index: number) => header.getUint32(4 * index, true)
  const isKnown = field(0) === VERSION && field(1) === HAS_8_BITS && field(5) === 1
  if (!isKnown || bytes.length !== HEADER_BYTES + 2 * field(4)) return undefined
  const data = new Int8Array(bytes.buffer, bytes.byteOffset + HEADER_BYTES, 2 * field(4))
  return { sampleRate: field(2), samplesPerPixel: field(3), data }
}

export function waveformJson({ sampleRate, samplesPerPixel, data }: Waveform): WaveformJson {
  return {
    version: VERSION,
    channels: 1,
    sample_rate: sampleRate,
    samples_per_pixel: samplesPerPixel,
    bits: 8,
    length: data.length / 2,
    data: [...data],
  }
}
