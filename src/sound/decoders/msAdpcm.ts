/**
 * MS ADPCM (Microsoft, "Multimedia Data Standards Update" 1994): two samples before predict the next one, and a code of 4
 * bits corrects it, in steps whose size follows the codes.
 */
import { type OpenDecoder, Undecodable } from './decoder.ts'
import { checkChannels, type Planes, plainDecoder } from './plainDecoder.ts'
import { waveSpeakers } from './waveSpeakers.ts'

const scale = 2 ** -15
/** A byte, a step and two samples for each channel. */
const headerBytes = 7

/** By code: how its step grows, in 256ths. */
const growth = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230]
const smallestStep = 16
/** Keeps a step times its growth within 31 bits, whatever a damaged block has. */
const largestStep = Math.floor((2 ** 31 - 1) / 768)

/** The pairs that every file has. */
const usualCoefficients: [number, number][] = [
  [256, 0],
  [512, -256],
  [0, 0],
  [192, 64],
  [240, 0],
  [460, -208],
  [392, -232],
]

/** The state of one channel. */
type Channel = { coefficients: [number, number]; step: number; last: number; beforeLast: number }

/** The format defines no order of more than two channels. */
export const openMsAdpcm: OpenDecoder<'ms-adpcm'> = async (track) => {
  checkChannels(track, 2)
  const { blockBytes, coefficients } = track.coding
  if (blockBytes < headerBytes * track.channels) {
    throw new Undecodable('damaged', `It has blocks of ${blockBytes} bytes.`)
  }
  const pairs = coefficients.length > 0 ? coefficients : usualCoefficients
  const states = Array.from({ length: track.channels }, (): Channel => {
    return { coefficients: [0, 0], step: 0, last: 0, beforeLast: 0 }
  })
  return plainDecoder(track, waveSpeakers(track.channels), (planes, packet) => {
    const perBlock = samplesOf(blockBytes, track.channels)
    const blocks = Math.floor(packet.byteLength / blockBytes)
    planes.resize(blocks * perBlock + samplesOf(packet.byteLength % blockBytes, track.channels))
    planes.isDamaged = planes.samples === 0
    for (let at = 0, start = 0; at < planes.samples; at += perBlock, start += blockBytes) {
      const to = Math.min(at + perBlock, planes.samples)
      if (readHeader(states, pairs, packet, start)) expand(states, planes, packet, start, at, to)
      else planes.silence(at, to)
    }
  })
}

/** The samples of a block, or of the part of one that ends the file. */
function samplesOf(blockBytes: number, channels: number): number {
  const codeBytes = blockBytes - headerBytes * channels
  return codeBytes < 0 ? 0 : 2 + Math.floor((codeBytes * 2) / channels)
}

/** Whether the header of a block is sound. Each of its fields is there for every channel before the next field. */
function readHeader(
  states: Channel[],
  pairs: [number, number][],
  packet: Uint8Array,
  start: number,
): boolean {
  const channels = states.length
  for (const [channel, state] of states.entries()) {
    const pair = pairs[packet[start + channel] ?? 0]
    if (!pair) return false
    state.coefficients = pair
    state.step = int16(packet, start + channels + 2 * channel)
    state.last = int16(packet, start + 3 * channels + 2 * channel)
    state.beforeLast = int16(packet, start + 5 * channels + 2 * channel)
  }
  return true
}

function int16(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) << 16) >> 16
}

/** Writes the samples of one block: the two of the header, the later one first there, then one for each code. */
function expand(
  states: Channel[],
  planes: Planes,
  packet: Uint8Array,
  start: number,
  from: number,
  to: number,
): void {
  const channels = states.length
  for (const [channel, into] of planes.channels.entries()) {
    const state = states[channel]
    if (!state) return
    const [weight, weightBefore] = state.coefficients
    let { step, last, beforeLast } = state
    into[from] = beforeLast * scale
    into[from + 1] = last * scale
    // Codes of all channels in turn, the upper half of a byte first.
    let code = 2 * (start + headerBytes * channels) + channel
    for (let index = from + 2; index < to; index++, code += channels) {
      const bits = ((packet[code >> 1] ?? 0) >> (code & 1 ? 0 : 4)) & 15
      const predicted = Math.trunc((last * weight + beforeLast * weightBefore) / 256)
      const sample = predicted + ((bits << 28) >> 28) * step
      beforeLast = last
      last = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample
      step = Math.min(largestStep, Math.max(smallestStep, ((growth[bits] ?? 0) * step) >> 8))
      into[index] = last * scale
    }
  }
}
