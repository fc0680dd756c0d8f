/** The true peak: the signals of EBU Tech 3341, and what must hold for every sound. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTruePeakMeter } from '../../src/sound/truePeak.ts'
import { oversampling } from '../../src/sound/truePeakFilter.ts'
import { decibels, faded, pinkNoise, sampled, tone, whiteNoise } from '../support/signals.ts'

const sampleRate = 48_000

function measure(samples: Float32Array, rate = sampleRate): number | null {
  const meter = createTruePeakMeter({ sampleRate: rate, speakers: ['M'] })
  meter.add([samples], 0, samples.length)
  return meter.finish()
}

function samplePeak(samples: Float32Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
}

/** The tolerance of EBU Tech 3341. */
function expectPeak(measured: number | null, expected: number): void {
  expect(measured).toBeLessThanOrEqual(expected + 0.2)
  expect(measured).toBeGreaterThanOrEqual(expected - 0.4)
}

describe('the signals of EBU Tech 3341', () => {
  it.each([
    ['15', -6, 4, 0.5, 0],
    ['16', -6, 4, 0.5, 45],
    ['17', -6, 6, 0.5, 60],
    ['18', -6, 8, 0.5, 67.5],
    ['19', 3, 4, 1.41, 45],
  ])('%s: %d dBTP', (_, expected, divisor, amplitude, phase) => {
    const signal = faded(tone(sampleRate / divisor, amplitude, phase), 1)
    expectPeak(measure(sampled(signal, sampleRate, 1)), expected)
  })

  // A wave that swells from half of full scale to full scale, made at four times the rate: every fourth sample remains.
  it.each([
    ['20', 0],
    ['21', 1],
    ['22', 2],
    ['23', 3],
  ])('%s: 0 dBTP, %d places from a sample', (_, offset) => {
    const wave = tone(sampleRate / 6, 1, 90)
    const signal = faded(
      (at) => wave(at - 0.5) * (0.5 + 0.5 * Math.exp(-(((at - 0.5) * sampleRate) ** 2) / 300)),
      1,
    )
    const samples = Float32Array.from({ length: sampleRate }, (__, at) =>
      signal((at + offset / 4) / sampleRate),
    )
    expectPeak(measure(samples), 0)
  })
})

describe('every sample rate', () => {
  it.each([8000, 11025, 22050, 44100, 48000, 88200, 96000, 176400])(
    'finds the peak of a tone between its samples at %d Hz',
    (rate) => {
      // A quarter of the rate: all samples are at the same four places of the wave, at 45° the farthest from its peaks.
      const samples = sampled(faded(tone(rate / 4, 0.5, 45), 1), rate, 1)
      expect(samplePeak(samples)).toBeLessThan(0.36)
      expectPeak(measure(samples, rate), -6.02)
    },
  )

  it.each([192000, 384000])('is that of the samples at %d Hz', (rate) => {
    const samples = sampled(whiteNoise(0.5), rate, 0.2)
    expect(measure(samples, rate)).toBe(20 * Math.log10(samplePeak(samples)))
  })
})

describe('where the sound ends', () => {
  it('is null for digital silence, and for no sound', () => {
    expect(measure(new Float32Array(10_000))).toBeNull()
    expect(measure(new Float32Array(0))).toBeNull()
  })

  it.each([1, 2, 15, 16, 31, 32, 33, 2047, 2048, 2049])(
    'counts what lies behind the last of %d samples',
    (length) => {
      // Two equal samples at the end have the peak between them, and an edge after them.
      const samples = new Float32Array(length)
      samples.fill(0.5, Math.max(0, length - 2))
      expect(measure(samples)).toBeGreaterThanOrEqual(20 * Math.log10(length > 1 ? 0.6 : 0.5))
    },
  )

  it('counts each track, and goes on if the next one is alike', () => {
    const format = { sampleRate, speakers: ['M' as const] }
    const pair = Float32Array.of(0.5, 0.5)
    const joined = createTruePeakMeter(format)
    joined.add([pair], 0, 1)
    joined.begin({ ...format })
    joined.add([pair], 1, 2)
    expect(joined.finish()).toBe(measure(pair))

    const cut = createTruePeakMeter(format)
    cut.add([pair], 0, 2)
    cut.begin({ sampleRate: 8000, speakers: ['L', 'R'] })
    cut.add([new Float32Array(10), new Float32Array(10)], 0, 10)
    expect(cut.finish()).toBe(measure(pair))
  })
})

describe('for every sound', () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 20 })
  const levels = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 })

  /** Noise whose level changes, so that some parts cannot have the peak. */
  function uneven(changes: number[]): Float32Array {
    const noise = pinkNoise(1)
    return Float32Array.from({ length: 3000 }, (_, at) => noise(0) * (changes[at % changes.length] ?? 1))
  }

  it('does not matter in which pieces it comes', () => {
    fc.assert(
      fc.property(levels, pieces, (changes, sizes) => {
        const samples = uneven(changes)
        const meter = createTruePeakMeter({ sampleRate: 44_100, speakers: ['M'] })
        let from = 0
        for (const size of [...sizes, samples.length]) {
          const to = Math.min(from + size, samples.length)
          meter.add([samples], from, to)
          from = to
        }
        expect(meter.finish()).toBe(measure(samples, 44_100))
      }),
      { numRuns: 30 },
    )
  })

  it('is what all values between the samples give, none left out', () => {
    fc.assert(
      fc.property(levels, fc.constantFrom(8000, 44_100, 48_000, 96_000), (changes, rate) => {
        const samples = uneven(changes)
        const all = highestOfAll(samples, rate)
        expect(measure(samples, rate) ?? -Infinity).toBeCloseTo(20 * Math.log10(all), 9)
      }),
      { numRuns: 12 },
    )
  })

  it('rises by as many dB as the sound', () => {
    const samples = uneven([1, 0.5])
    fc.assert(
      fc.property(fc.double({ min: -60, max: 20, noNaN: true }), (db) => {
        const amplified = samples.map((sample) => sample * decibels(db))
        expect((measure(amplified) ?? 0) - (measure(samples) ?? 0)).toBeCloseTo(db, 4)
      }),
      { numRuns: 30 },
    )
  })
})

/** The plain way, without leaving anything out. */
function highestOfAll(samples: Float32Array, rate: number): number {
  let highest = samplePeak(samples)
  const sample = (at: number) => samples[at] ?? 0
  for (const { even, odd } of oversampling(rate)) {
    for (let after = -20; after < samples.length + 20; after++) {
      const sum = (weights: Float64Array, sign: number) =>
        weights.reduce(
          (total, weight, pair) => total + weight * (sample(after - 1 - pair) + sign * sample(after + pair)),
          0,
        )
      highest = Math.max(
        highest,
        Math.abs(sum(even, 1) + sum(odd, -1)),
        Math.abs(sum(even, 1) - sum(odd, -1)),
      )
    }
  }
  return highest
}
