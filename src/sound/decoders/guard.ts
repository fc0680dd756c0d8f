/** Makes a decoder of a program that may break: no packet makes it throw, or give what is no number. */
import type { Speaker } from '../speakers.ts'
import { Undecodable, type Decoded, type Decoder } from './decoder.ts'

/** A decoder that may throw. */
export type Engine = Pick<Decoder, 'decode' | 'flush'>

export type Guarded = {
  speakers: Speaker[]
  sampleRate: number
  /** Called again after a packet that broke the engine. */
  open: () => Engine
  /** How long a packet lasts, whatever is wrong with it; 0 if that is unknown. */
  samplesOf: (packet: Uint8Array) => number
}

/** Opening costs up to a millisecond, and a hostile file has a million packets. */
const maxOpenings = 100
/** 60 dB above full scale: no sound, but a damaged packet, which would be louder than all the rest. */
const maxPeak = 1000

/** Throws `Undecodable` if it cannot be opened. */
export function guard({ speakers, sampleRate, open, samplesOf }: Guarded): Decoder {
  let engine: Engine | undefined = opened(open)
  let openings = 1

  /** Silence instead of what broke the engine, and from now on a new one, or none. */
  const replace = (samples: number): Decoded => {
    engine = undefined
    if (openings++ < maxOpenings) engine = reopened(open)
    return silence(speakers.length, samples)
  }

  const guarded = (decode: (engine: Engine) => Decoded, samples: () => number): Decoded => {
    if (!engine) return silence(speakers.length, samples())
    try {
      const decoded = decode(engine)
      const peak = peakOf(decoded)
      if (peak <= maxPeak) return decoded
      // What is no number may stay in a filter, and spoil all that follows.
      return Number.isFinite(peak) ? silence(speakers.length, decoded.samples) : replace(samples())
    } catch {
      return replace(samples())
    }
  }

  return {
    speakers,
    sampleRate,
    isCoreOnly: false,
    decode: (packet) =>
      guarded(
        (current) => current.decode(packet),
        () => samplesOf(packet),
      ),
    flush: () =>
      guarded(
        (current) => current.flush(),
        () => 0,
      ),
    // The memory of a program goes with it.
    close: () => {
      engine = undefined
      openings = maxOpenings
    },
  }
}

function opened(open: () => Engine): Engine {
  try {
    return open()
  } catch (error) {
    if (error instanceof Undecodable) throw error
    // Its memory is too small for so many channels, or its configuration broke it.
    throw new Undecodable('unsupported', String(error))
  }
}

function reopened(open: () => Engine): Engine | undefined {
  try {
    return open()
  } catch {
    return undefined
  }
}

export function silence(channels: number, samples: number): Decoded {
  const zeros = new Float32Array(samples)
  return { channels: Array.from({ length: channels }, () => zeros), samples, isDamaged: true }
}

/** Nothing, and nothing is wrong. */
export function empty(channels: number): Decoded {
  return { ...silence(channels, 0), isDamaged: false }
}

/** Full scale is 1. NaN or infinite if any value is. */
function peakOf({ channels, samples }: Decoded): number {
  let peak = 0
  for (const values of channels) {
    for (let at = 0; at < samples; at++) peak = Math.max(peak, Math.abs(values[at] ?? 0))
  }
  return peak
}
