/** Runs a decoder of samples that come packet by packet. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Coding, SoundTrack } from '../../../src/audio/containers/sound.ts'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'

/** A track of this coding, which plays all of its samples. */
export function trackOf<Any extends Coding>(coding: Any, channels = 1): SoundTrack & { coding: Any } {
  return { coding, channels, sampleRate: 8000, skipSamples: 0 }
}

/** What one packet gives, copied: the samples of each channel. */
export function decodeOne(
  decoder: Decoder,
  packet: Uint8Array,
): { channels: number[][]; isDamaged: boolean } {
  const { channels, samples, isDamaged } = decoder.decode(packet)
  return { channels: channels.map((channel) => [...channel.subarray(0, samples)]), isDamaged }
}

/** The same, in integers of so many bits. */
export function decodeIntegers(decoder: Decoder, packet: Uint8Array, width = 16): number[][] {
  const { channels, isDamaged } = decodeOne(decoder, packet)
  expect(isDamaged).toBe(false)
  return channels.map((channel) => channel.map((sample) => sample * 2 ** (width - 1)))
}

/** Numbers with their widths as bytes, the first bit first, filled up with zeros. */
export function bits(...fields: [value: number, width: number][]): Uint8Array {
  const text = fields.map(([value, width]) =>
    (value >>> 0)
      .toString(2)
      .padStart(32, '0')
      .slice(32 - width),
  )
  const joined = text.join('')
  const bytes = joined.padEnd(Math.ceil(joined.length / 8) * 8, '0').match(/.{8}/g) ?? []
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2))
}

/**
 * Decodes packets of any bytes. Nothing is thrown, and every sample is a number that no meter fails at. A decoder that has
 * met some goes on with others.
 */
export function survivesAnything(
  decoder: Decoder,
  limit = 1,
  packet = fc.uint8Array({ maxLength: 600 }),
): void {
  fc.assert(
    fc.property(packet, (bytes) => {
      const { channels, samples, isDamaged } = decoder.decode(bytes)
      expect(channels).toHaveLength(decoder.speakers.length)
      for (const channel of channels) {
        expect(channel.length).toBeGreaterThanOrEqual(samples)
        const heard = channel.subarray(0, samples)
        expect(heard.every((sample) => Math.abs(sample) <= limit)).toBe(true)
      }
      if (samples === 0) expect(isDamaged).toBe(true)
    }),
    { numRuns: 300 },
  )
  expect(decoder.flush()).toMatchObject({ samples: 0, isDamaged: false })
}
