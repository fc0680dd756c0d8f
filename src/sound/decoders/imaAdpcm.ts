/**
 * IMA ADPCM (IMA, "Recommended Practices for Enhancing Digital Audio Compatibility" 1992): each code is a difference to the
 * sample before, in steps whose size follows the codes. The layout of WAV (Microsoft, "Multimedia Data Standards Update"
 * 1994) and of QuickTime (Apple TN1081), which is `ima4` in AIFF-C and CAF.
 */
import { type OpenDecoder, Undecodable } from './decoder.ts'
import { checkChannels, type Planes, plainDecoder } from './plainDecoder.ts'
import { waveSpeakers } from './waveSpeakers.ts'

const scale = 2 ** -15

/** The sizes of a step. */
const steps = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97,
  107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724,
  796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026,
  4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500,
  20350, 22385, 24623, 27086, 29794, 32767,
]
const lastStep = steps.length - 1
/** How far a code moves on in the steps, by its bits without the sign. */
const moves = { 3: [-1, -1, 1, 2], 4: [-1, -1, -1, -1, 2, 4, 6, 8] }

type Bits = keyof typeof moves

/** A run of codes in a packet: words of 4 bytes, `stride` bytes apart. */
type Run = { start: number; stride: number; bytes: number }

/** The state of every channel, and how codes change it. */
class Codes {
  readonly samples: Int32Array
  readonly steps: Int32Array
  readonly #bits: Bits
  /** By step and code. */
  readonly #differences: Int32Array
  readonly #nextSteps: Uint8Array

  constructor(channels: number, bits: Bits) {
    this.samples = new Int32Array(channels)
    this.steps = new Int32Array(channels)
    this.#bits = bits
    const codes = Array.from({ length: steps.length << bits }, (_, at) => ({
      step: at >> bits,
      code: at & ((1 << bits) - 1),
    }))
    this.#differences = Int32Array.from(codes, ({ step, code }) => difference(steps[step] ?? 0, code, bits))
    this.#nextSteps = Uint8Array.from(codes, ({ step, code }) => {
      const move = moves[bits][code & ((1 << (bits - 1)) - 1)] ?? 0
      return Math.max(0, Math.min(lastStep, step + move))
    })
  }

  /** Writes the samples of a run from `at` on. The first code is in the lowest bits of the first byte. */
  expand(
    channel: number,
    packet: Uint8Array,
    { start, stride, bytes }: Run,
    into: Float32Array,
    at: number,
  ): void {
    const bits = this.#bits
    const mask = (1 << bits) - 1
    let sample = this.samples[channel] ?? 0
    let step = this.steps[channel] ?? 0
    for (let index = 0, to = at, held = 0, holds = 0; index < bytes; index++) {
      held |= (packet[start + (index & 3) + (index >> 2) * stride] ?? 0) << holds
      for (holds += 8; holds >= bits; holds -= bits, held >>= bits) {
        const code = (step << bits) | (held & mask)
        sample += this.#differences[code] ?? 0
        sample = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample
        step = this.#nextSteps[code] ?? 0
        into[to++] = sample * scale
      }
    }
    this.samples[channel] = sample
    this.steps[channel] = step
  }
}

/** The highest bit is the sign, the next one a whole step, then halves; half of the last one is always added. */
function difference(step: number, code: number, bits: Bits): number {
  let size = step >> (bits - 1)
  for (let bit = bits - 2, part = step; bit >= 0; bit--, part >>= 1) if (code & (1 << bit)) size += part
  return code & (1 << (bits - 1)) ? -size : size
}

export const openImaAdpcm: OpenDecoder<'ima-adpcm'> = async (track) => {
  const { channels, coding } = track
  checkChannels(track)
  if (coding.layout === 'quicktime') {
    const codes = new Codes(channels, 4)
    return plainDecoder(track, waveSpeakers(channels), (planes, packet) => {
      expandQuicktime(codes, planes, packet)
    })
  }
  const { blockBytes, bits } = coding
  if (blockBytes < 4 * channels) throw new Undecodable('damaged', `It has blocks of ${blockBytes} bytes.`)
  const codes = new Codes(channels, bits)
  return plainDecoder(track, waveSpeakers(channels), (planes, packet) => {
    expandWave(codes, planes, packet, { blockBytes, bits })
  })
}

type WaveBlocks = { blockBytes: number; bits: Bits }

/** The bytes of codes that each channel has in a block: whole groups, of one word with 4 bits, and three with 3. */
function codeBytes(blockBytes: number, channels: number, bits: Bits): number {
  const groupBytes = bits === 4 ? 4 : 12
  return Math.floor((blockBytes - 4 * channels) / (groupBytes * channels)) * groupBytes
}

/** The samples of a block of WAV, or of the part of one that ends the file: that of the header, and a sample for each code. */
function waveSamples(blockBytes: number, channels: number, bits: Bits): number {
  return blockBytes < 4 * channels ? 0 : 1 + (codeBytes(blockBytes, channels, bits) * 8) / bits
}

/** A header of 4 bytes for each channel, its sample and step, then words of codes for each channel in turn. */
function expandWave(
  codes: Codes,
  planes: Planes,
  packet: Uint8Array,
  { blockBytes, bits }: WaveBlocks,
): void {
  const channels = planes.channels.length
  const perBlock = waveSamples(blockBytes, channels, bits)
  const blocks = Math.floor(packet.byteLength / blockBytes)
  const rest = packet.byteLength - blocks * blockBytes
  planes.resize(blocks * perBlock + waveSamples(rest, channels, bits))
  planes.isDamaged = planes.samples === 0
  for (let at = 0, start = 0; at < planes.samples; at += perBlock, start += blockBytes) {
    const bytes = codeBytes(Math.min(blockBytes, packet.byteLength - start), channels, bits)
    if (!readWaveHeader(codes, packet, start)) {
      planes.silence(at, at + perBlock)
      continue
    }
    for (const [channel, into] of planes.channels.entries()) {
      into[at] = (codes.samples[channel] ?? 0) * scale
      const run = { start: start + 4 * (channels + channel), stride: 4 * channels, bytes }
      codes.expand(channel, packet, run, into, at + 1)
    }
  }
}

/** Whether the header of a block is sound. */
function readWaveHeader({ samples, steps: reached }: Codes, packet: Uint8Array, start: number): boolean {
  for (let channel = 0, at = start; channel < samples.length; channel++, at += 4) {
    const step = (packet[at + 2] ?? 0) | ((packet[at + 3] ?? 0) << 8)
    if (step > lastStep) return false
    reached[channel] = step
    samples[channel] = (((packet[at] ?? 0) | ((packet[at + 1] ?? 0) << 8)) << 16) >> 16
  }
  return true
}

/** Bytes of a block of one channel: a header of 2, then 64 codes. */
const quicktimeBytes = 34
const quicktimeSamples = 64

/** Blocks of each channel in turn. */
function expandQuicktime(codes: Codes, planes: Planes, packet: Uint8Array): void {
  const channels = planes.channels.length
  const blocks = Math.floor(packet.byteLength / (quicktimeBytes * channels))
  planes.resize(blocks * quicktimeSamples)
  planes.isDamaged = blocks === 0
  for (let block = 0; block < blocks; block++) {
    const [at, start] = [block * quicktimeSamples, block * quicktimeBytes * channels]
    if (!readQuicktimeHeaders(codes, packet, start)) {
      planes.silence(at, at + quicktimeSamples)
      continue
    }
    for (const [channel, into] of planes.channels.entries()) {
      const run = { start: start + channel * quicktimeBytes + 2, stride: 4, bytes: quicktimeBytes - 2 }
      codes.expand(channel, packet, run, into, at)
    }
  }
}

/**
 * Whether the headers of a block are sound. A header has only the upper 9 bits of a sample. If the last sample has the
 * same, or nearly, the codes go on from there: that is what the encoder did.
 */
function readQuicktimeHeaders(
  { samples, steps: reached }: Codes,
  packet: Uint8Array,
  start: number,
): boolean {
  for (let channel = 0, at = start; channel < samples.length; channel++, at += quicktimeBytes) {
    const header = ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0)
    const step = header & 0x7f
    if (step > lastStep) return false
    const sample = ((header & 0xff80) << 16) >> 16
    const goesOn = step === reached[channel] && Math.abs(sample - (samples[channel] ?? 0)) < 128
    if (!goesOn) samples[channel] = sample
    reached[channel] = step
  }
  return true
}
