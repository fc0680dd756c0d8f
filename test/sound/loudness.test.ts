/** Loudness and its range: the signals of EBU Tech 3341 and Tech 3342, and what must hold for every sound. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLoudnessMeter } from '../../src/sound/loudness.ts'
import type { Speaker } from '../../src/sound/speakers.ts'
import { decibels, inTurn, pinkNoise, sampled, tone, type Signal } from '../support/signals.ts'

const sampleRate = 48_000
const stereo: Speaker[] = ['L', 'R']

/** A tone of 1 kHz in both channels. */
const at = (dbfs: number): Signal => tone(1000, decibels(dbfs))
const silence: Signal = () => 0

function measure(channels: Float32Array[], speakers = stereo, rate = sampleRate) {
  const meter = createLoudnessMeter({ sampleRate: rate, speakers })
  meter.add(channels, 0, channels[0]?.length ?? 0)
  return meter.finish()
}

function measureStereo(parts: [signal: Signal, seconds: number][], rate = sampleRate) {
  const channel = inTurn(rate, ...parts)
  return measure([channel, channel], stereo, rate)
}

describe('integrated loudness: the signals of EBU Tech 3341', () => {
  // 7 and 8 are recordings.
  it.each<[string, number, ...[number, number][]]>([
    ['1', -23, [-23, 20]],
    ['2', -33, [-33, 20]],
    ['3', -23, [-36, 10], [-23, 60], [-36, 10]],
    ['4', -23, [-72, 10], [-36, 10], [-23, 60], [-36, 10], [-72, 10]],
    ['5', -23, [-26, 20], [-20, 20.1], [-26, 20]],
  ])('%s: %d LUFS', (_, expected, ...levels) => {
    const { loudness } = measureStereo(levels.map(([level, seconds]) => [at(level), seconds]))
    expect(Math.abs((loudness ?? 0) - expected)).toBeLessThan(0.1)
  })

  it('6: -23 LUFS of five channels', () => {
    const speakers: Speaker[] = ['L', 'R', 'C', 'Ls', 'Rs']
    const channels = [-28, -28, -24, -30, -30].map((level) => sampled(at(level), sampleRate, 20))
    expect(Math.abs((measure(channels, speakers).loudness ?? 0) + 23)).toBeLessThan(0.1)
  })

  it('9: -23 LUFS in every window of 3 s', () => {
    const turns = Array.from({ length: 5 }, (): [Signal, number][] => [
      [at(-20), 1.34],
      [at(-30), 1.66],
    ])
    const { loudnessRange } = measureStereo(turns.flat())
    expect(loudnessRange).toBeLessThan(0.1)
  })
})

describe('loudness range: the signals of EBU Tech 3342', () => {
  it.each<[string, number, number[]]>([
    ['1', 10, [-20, -30]],
    ['2', 5, [-20, -15]],
    ['3', 20, [-40, -20]],
    ['4', 15, [-50, -35, -20, -35, -50]],
  ])('%s: %d LU', (_, expected, levels) => {
    const { loudnessRange } = measureStereo(
      levels.map((level) => [at(level), 20]),
      16_000,
    )
    expect(Math.abs((loudnessRange ?? 0) - expected)).toBeLessThan(0.1)
  })

  // 5 and 6 are recordings. The levels here are spread evenly, and 85 % of their range lies between the 10th and the 95th percentile.
  it.each([
    ['5', 5],
    ['6', 15],
  ])('like %s: %d LU', (_, expected) => {
    const noise = pinkNoise(0.5)
    const channel = sampled(
      (time) => noise(time) * decibels((expected / 0.85) * (time / 90) - 20),
      16_000,
      90,
    )
    expect(Math.abs((measure([channel], ['M'], 16_000).loudnessRange ?? 0) - expected)).toBeLessThan(1)
  })
})

describe('channels', () => {
  const soundOf = (speaker: Speaker) => measure([sampled(at(-20), sampleRate, 2)], [speaker]).loudness ?? -70

  it.each<[Speaker, number]>([
    ['M', 0],
    ['R', 0],
    ['C', 0],
    ['Ls', 1.5],
    ['Rs', 1.5],
    ['Lb', 0],
    ['Cb', 0],
    ['Lc', 0],
    ['other', 0],
  ])('%s is %d LU louder than the left one', (speaker, louder) => {
    expect(soundOf(speaker) - soundOf('L')).toBeCloseTo(louder, 1)
  })

  it('leaves the low-frequency effects out', () => {
    expect(measure([sampled(at(0), sampleRate, 2)], ['LFE']).loudness).toBeNull()
  })
})

describe('sound without loudness', () => {
  it.each<[string, Signal, number]>([
    ['no sound', silence, 0],
    ['silence', silence, 5],
    ['less than a block', at(-10), 0.399],
    ['nothing above the absolute gate', at(-75), 5],
  ])('%s', (_, signal, seconds) => {
    const channel = sampled(signal, sampleRate, seconds)
    expect(measure([channel, channel])).toEqual({ loudness: null, loudnessRange: null })
  })

  it('has loudness from one block on, and a range from one window on', () => {
    const short = measureStereo([[at(-20), 0.4]])
    expect(short.loudness).toBeCloseTo(-20, 0)
    expect(short.loudnessRange).toBeNull()
    expect(measureStereo([[at(-20), 3]]).loudnessRange).toBe(0)
  })
})

describe('every sample rate', () => {
  const loudnessAt = (rate: number) =>
    measure([sampled(tone(150, decibels(-20)), rate, 3)], ['M'], rate).loudness ?? Number.NaN

  it.each([16000, 22050, 32000, 44100, 88200, 96000, 176400, 192000, 384000])(
    '%d Hz is as loud as 48 kHz',
    (rate) => {
      expect(Math.abs(loudnessAt(rate) - loudnessAt(sampleRate))).toBeLessThan(0.1)
    },
  )

  // The high-pass keeps the numerator that BS.1770 has for 48 kHz, as in ffmpeg.
  it.each([
    [11025, 0.15],
    [8000, 0.22],
    [2000, 1],
  ])('%d Hz is louder by up to %d LU', (rate, most) => {
    const louder = loudnessAt(rate) - loudnessAt(sampleRate)
    expect(louder).toBeGreaterThan(0)
    expect(louder).toBeLessThan(most)
  })
})

describe('for every sound', () => {
  const channel = sampled(pinkNoise(0.3, 5), 8000, 5)

  it('does not matter in which pieces it comes', () => {
    const whole = measure([channel], ['M'], 8000)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 40 }), (sizes) => {
        const meter = createLoudnessMeter({ sampleRate: 8000, speakers: ['M'] })
        let from = 0
        for (const size of [...sizes, channel.length]) {
          const to = Math.min(from + size, channel.length)
          meter.add([channel], from, to)
          from = to
        }
        const { loudness, loudnessRange } = meter.finish()
        expect(loudness).toBeCloseTo(whole.loudness ?? 0, 9)
        expect(loudnessRange).toBeCloseTo(whole.loudnessRange ?? 0, 9)
      }),
      { numRuns: 30 },
    )
  })

  it('is louder by as many LU as the sound is amplified by dB', () => {
    const { loudness } = measure([channel], ['M'], 8000)
    fc.assert(
      fc.property(fc.double({ min: -30, max: 12, noNaN: true }), (db) => {
        const amplified = channel.map((sample) => sample * decibels(db))
        expect((measure([amplified], ['M'], 8000).loudness ?? 0) - (loudness ?? 0)).toBeCloseTo(db, 1)
      }),
      { numRuns: 30 },
    )
  })
})

describe('another track', () => {
  it('goes on in time: a window reaches over the border', () => {
    const meter = createLoudnessMeter({ sampleRate: 44_100, speakers: ['M'] })
    meter.add([sampled(at(-20), 44_100, 1.55)], 0, Math.round(44_100 * 1.55))
    meter.begin({ sampleRate: 8000, speakers: stereo })
    const second = sampled(at(-23), 8000, 1.5)
    meter.add([second, second], 0, second.length)
    const { loudness, loudnessRange } = meter.finish()
    expect(loudness).toBeCloseTo(-23, 0)
    expect(loudnessRange).toBe(0)
  })
})
