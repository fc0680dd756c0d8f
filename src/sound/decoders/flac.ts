/** FLAC, exactly (RFC 9639). */
import {
  bitsByCode,
  blockSamples,
  crc16,
  frameEnd,
  hasSyncCode,
  readCodedNumber,
  readStreamInfo,
  streamInfoBytes,
  type StreamInfo,
} from '../../audio/containers/flacFrames.ts'
import type { Speaker } from '../speakers.ts'
import { Undecodable, type Decoded, type OpenDecoder } from './decoder.ts'
import { FlacBits } from './flacBits.ts'
import { decorrelate, isSide } from './flacStereo.ts'
import { decodeSubframe, type FlacSamples } from './flacSubframe.ts'
import { empty, guard, silence, type Engine } from './guard.ts'

/** By the number of channels (§9.1.3). The only surround pair counts as that of ITU-R BS.775, which is at 110°. */
const layouts: Speaker[][] = [
  ['M'],
  ['L', 'R'],
  ['L', 'R', 'C'],
  ['L', 'R', 'Ls', 'Rs'],
  ['L', 'R', 'C', 'Ls', 'Rs'],
  ['L', 'R', 'C', 'LFE', 'Ls', 'Rs'],
  ['L', 'R', 'C', 'LFE', 'Cb', 'Ls', 'Rs'],
  ['L', 'R', 'C', 'LFE', 'Lb', 'Rb', 'Ls', 'Rs'],
]

/** No WebAssembly: libflac's at hand has no samples of 12 and 20 bits. */
export const openFlac: OpenDecoder<'flac'> = async ({ coding, sampleRate }) => {
  if (coding.streamInfo.byteLength < streamInfoBytes) {
    throw new Undecodable('damaged', 'STREAMINFO of FLAC is cut.')
  }
  const info = readStreamInfo(coding.streamInfo)
  return guard({
    speakers: layouts[info.channels - 1] ?? [],
    sampleRate,
    open: () => new FlacEngine(info),
    samplesOf: (packet) => readHeader(packet, info)?.samples ?? 0,
  })
}

class FlacEngine implements Engine {
  readonly #info: StreamInfo
  readonly #channels: number
  readonly #bits = new FlacBits()
  #residual = new Int32Array(0)
  #samples: FlacSamples[] = []
  #result: Float32Array[] = []

  constructor(info: StreamInfo) {
    this.#info = info
    this.#channels = info.channels
  }

  decode(packet: Uint8Array): Decoded {
    const header = readHeader(packet, this.#info)
    if (!header) return { ...empty(this.#channels), isDamaged: true }
    try {
      this.#decodeFrame(packet, header)
    } catch {
      return silence(this.#channels, header.samples)
    }
    return { channels: this.#result, samples: header.samples, isDamaged: false }
  }

  #decodeFrame(packet: Uint8Array, { bytes, samples, assignment, sampleBits }: FrameHeader): void {
    this.#makeRoom(samples)
    const bits = this.#bits
    bits.start(packet)
    bits.skip(bytes * 8)
    for (let channel = 0; channel < this.#channels; channel++) {
      const width = sampleBits + (isSide(assignment, channel) ? 1 : 0)
      decodeSubframe(bits, width, this.#scratch(channel, width), this.#residual, samples)
    }
    bits.alignToByte()
    const end = bits.at / 8
    if (bits.read(16) !== checksum(packet.subarray(0, end))) throw new RangeError('The checksum is wrong.')
    bits.check()
    const [first, second] = this.#samples
    if (first && second) decorrelate(assignment, first, second, samples)
    for (const [channel, to] of this.#result.entries()) scale(this.#samples[channel], to, samples, sampleBits)
  }

  #makeRoom(samples: number): void {
    if (this.#residual.length >= samples) return
    this.#residual = new Int32Array(samples)
    const each = Array.from({ length: this.#channels })
    this.#samples = each.map(() => new Int32Array(samples))
    this.#result = each.map(() => new Float32Array(samples))
  }

  /** Wide samples are added up as doubles, and the difference of two channels of 32 bits has 33. */
  #scratch(channel: number, width: number): FlacSamples {
    const made = this.#samples[channel]
    if (made && (width <= 20 || made instanceof Float64Array)) return made
    return (this.#samples[channel] = new Float64Array(this.#residual.length))
  }

  flush(): Decoded {
    return empty(this.#channels)
  }
}

type FrameHeader = { bytes: number; samples: number; assignment: number; sampleBits: number }

/** Undefined if it is inconsistent, or its checksum is wrong. */
function readHeader(packet: Uint8Array, info: StreamInfo): FrameHeader | undefined {
  if (!hasSyncCode(packet, 0) || frameEnd(packet, info) === undefined) return undefined
  const [, , third = 0, fourth = 0] = packet
  const coded = readCodedNumber(packet, 4)
  if (!coded) return undefined
  const block = blockSamples(third >> 4, packet, coded.end)
  // The sample rate may be behind the size of the block, in one byte or two, and then there is a checksum.
  const rateBytes = [0, 1, 2, 2][Math.max((third & 15) - 11, 0)] ?? 0
  return {
    bytes: block.end + rateBytes + 1,
    samples: block.samples,
    assignment: fourth >> 4,
    sampleBits: bitsByCode[(fourth >> 1) & 7] || info.bitsPerSample,
  }
}

/** Full scale becomes 1. */
function scale(from: FlacSamples | undefined, to: Float32Array, length: number, sampleBits: number): void {
  const step = 2 ** (1 - sampleBits)
  if (from) for (let at = 0; at < length; at++) to[at] = (from[at] ?? 0) * step
}

function checksum(bytes: Uint8Array): number {
  let crc = 0
  for (let at = 0; at < bytes.byteLength; at++) {
    crc = ((crc << 8) & 0xffff) ^ (crc16[(crc >> 8) ^ (bytes[at] ?? 0)] ?? 0)
  }
  return crc
}
