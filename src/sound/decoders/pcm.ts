/** Samples that are not compressed, as they lie in WAV, AIFF, CAF and MOV. */
import type { PcmSample } from '../../audio/containers/sound.ts'
import { type OpenDecoder, Undecodable } from './decoder.ts'
import { checkChannels, plainDecoder } from './plainDecoder.ts'
import { waveSpeakers } from './waveSpeakers.ts'

/** Where the samples of one channel are. */
type Lane = {
  view: DataView
  start: number
  /** Bytes from a sample to the next. */
  step: number
  littleEndian: boolean
  /** Inverts the sign bit of unsigned samples, which makes them signed. */
  flip: number
}

/** Writes the samples of one channel. Each type has a loop of its own, so that the engine compiles it for that type. */
type ReadLane = (lane: Lane, into: Float32Array, samples: number) => void

/** Every integer is moved to the top of 32 bits: its sign and its full scale are there. */
const scale = 2 ** -31

const readInteger: Partial<Record<PcmSample['bytes'], ReadLane>> = {
  1: ({ view, start, step, flip }, into, samples) => {
    for (let index = 0, at = start; index < samples; index++, at += step) {
      into[index] = ((view.getUint8(at) << 24) ^ flip) * scale
    }
  },
  2: ({ view, start, step, littleEndian, flip }, into, samples) => {
    for (let index = 0, at = start; index < samples; index++, at += step) {
      into[index] = ((view.getUint16(at, littleEndian) << 16) ^ flip) * scale
    }
  },
  3: ({ view, start, step, littleEndian, flip }, into, samples) => {
    const [low, high] = littleEndian ? [0, 2] : [2, 0]
    for (let index = 0, at = start; index < samples; index++, at += step) {
      const upper = (view.getUint8(at + high) << 24) | (view.getUint8(at + 1) << 16)
      into[index] = ((upper | (view.getUint8(at + low) << 8)) ^ flip) * scale
    }
  },
  4: ({ view, start, step, littleEndian, flip }, into, samples) => {
    for (let index = 0, at = start; index < samples; index++, at += step) {
      into[index] = (view.getInt32(at, littleEndian) ^ flip) * scale
    }
  },
  8: ({ view, start, step, littleEndian, flip }, into, samples) => {
    const [low, high] = littleEndian ? [0, 4] : [4, 0]
    for (let index = 0, at = start; index < samples; index++, at += step) {
      const lower = view.getUint32(at + low, littleEndian) * 2 ** -32
      into[index] = ((view.getInt32(at + high, littleEndian) ^ flip) + lower) * scale
    }
  },
}

const readFloat: Partial<Record<PcmSample['bytes'], ReadLane>> = {
  4: ({ view, start, step, littleEndian }, into, samples) => {
    for (let index = 0, at = start; index < samples; index++, at += step) {
      into[index] = finite(view.getFloat32(at, littleEndian))
    }
  },
  8: ({ view, start, step, littleEndian }, into, samples) => {
    for (let index = 0, at = start; index < samples; index++, at += step) {
      into[index] = finite(Math.fround(view.getFloat64(at, littleEndian)))
    }
  },
}

/** One NaN or infinity would make every sum of the meter one. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}

/** Bytes behind the last whole block are left out. A packet that has no whole block is damaged. */
export const openPcm: OpenDecoder<'pcm'> = async (track) => {
  const { channels, coding } = track
  const { type, bytes, bigEndian } = coding.sample
  checkChannels(track)
  const read = (type === 'float' ? readFloat : readInteger)[bytes]
  if (!read) throw new Undecodable('unsupported', `Its samples are ${type}, of ${bytes} bytes.`)
  const step = bytes * channels
  const flip = type === 'unsigned' ? -(2 ** 31) : 0
  return plainDecoder(track, waveSpeakers(channels), (planes, packet) => {
    const samples = Math.floor(packet.byteLength / step)
    planes.resize(samples)
    planes.isDamaged = samples === 0
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
    for (const [channel, into] of planes.channels.entries()) {
      read({ view, start: channel * bytes, step, littleEndian: !bigEndian, flip }, into, samples)
    }
  })
}
