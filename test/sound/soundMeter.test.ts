/** All meters together. Each has its own tests. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSoundMeter } from '../../src/sound/soundMeter.ts'
import type { Speaker } from '../../src/sound/speakers.ts'
import { decibels, music, sampled, tone } from '../support/signals.ts'

const stereo: Speaker[] = ['L', 'R']
const sampleRate = 44_100

function measure(channels: Float32Array[], speakers = stereo) {
  const length = channels[0]?.length ?? 0
  const meter = createSoundMeter({ sampleRate, speakers, expectedSamples: length })
  meter.add(channels, 0, length)
  return meter.finish()
}

const left = sampled(music(0.7, 1), sampleRate, 4)
const right = sampled(music(0.5, 2), sampleRate, 4)

describe('a sound', () => {
  it('has a waveform, a loudness, a range, a true peak and a length', () => {
    const tones = sampled(tone(1000, decibels(-18)), sampleRate, 4)
    const { waveform, loudness, loudnessRange, truePeak, samples } = measure([tones, tones])
    expect(samples).toBe(4 * sampleRate)
    expect(loudness).toBeCloseTo(-18, 1)
    expect(loudnessRange).toBeCloseTo(0, 2)
    expect(truePeak).toBeCloseTo(-18, 1)
    expect(waveform.data.length / 2).toBe(Math.ceil(samples / waveform.samplesPerPixel))
    expect(new Set(waveform.data)).toEqual(new Set([-16, 16]))
  })

  it('has none of the levels in silence', () => {
    const silent = new Float32Array(4 * sampleRate)
    expect(measure([silent, silent])).toMatchObject({ loudness: null, loudnessRange: null, truePeak: null })
  })

  it('may be empty', () => {
    expect(measure([new Float32Array(0), new Float32Array(0)])).toEqual({
      waveform: { sampleRate, samplesPerPixel: 2, data: new Int8Array(0) },
      loudness: null,
      loudnessRange: null,
      truePeak: null,
      samples: 0,
    })
  })
})

describe('samples that are no numbers', () => {
  it.each([Number.NaN, Infinity, -Infinity])('%d counts as 0', (value) => {
    const [broken, mended] = [left.slice(), left.slice()]
    for (const at of [0, 777, 5000, left.length - 1]) {
      broken[at] = value
      mended[at] = 0
    }
    expect(measure([broken, right])).toEqual(measure([mended, right]))
    expect(measure([broken, right], ['L', 'LFE'])).toEqual(measure([mended, right], ['L', 'LFE']))
    // The array belongs to the decoder.
    expect(broken[777]).toBe(value)
  })

  it('is whole where infinities of both signs meet', () => {
    const broken = Float32Array.of(0.5, Infinity, -Infinity, 0.5)
    expect(measure([broken, broken]).truePeak).not.toBeNull()
  })
})

describe('pieces', () => {
  it('may be of any size, at any place of longer arrays', () => {
    const whole = measure([left, right])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 20 }), (sizes) => {
        const meter = createSoundMeter({ sampleRate, speakers: stereo, expectedSamples: left.length })
        let from = 0
        for (const size of [...sizes, left.length]) {
          const to = Math.min(from + size, left.length)
          meter.add([left, right], from, to)
          from = to
        }
        const { loudness, loudnessRange, ...exact } = meter.finish()
        expect({ ...whole, ...exact }).toEqual(whole)
        expect(loudness).toBeCloseTo(whole.loudness ?? 0, 9)
        expect(loudnessRange).toBeCloseTo(whole.loudnessRange ?? 0, 9)
      }),
      { numRuns: 10 },
    )
  })
})

describe('tracks', () => {
  it('are one sound if they are alike', () => {
    const meter = createSoundMeter({ sampleRate, speakers: stereo, expectedSamples: left.length })
    meter.add([left, right], 0, 50_000)
    meter.begin({ sampleRate, speakers: ['L', 'R'] })
    meter.add([left, right], 50_000, left.length)
    const { loudness, ...rest } = meter.finish()
    const whole = measure([left, right])
    expect(loudness).toBeCloseTo(whole.loudness ?? 0, 9)
    expect(rest.waveform).toEqual(whole.waveform)
    expect(rest.truePeak).toBe(whole.truePeak)
  })

  it('may have other rates and other channels', () => {
    const meter = createSoundMeter({ sampleRate, speakers: ['M'] })
    const first = sampled(tone(440, 0.5), sampleRate, 2)
    meter.add([first], 0, first.length)
    meter.begin({ sampleRate: 16_000, speakers: ['L', 'R', 'C', 'LFE', 'Ls', 'Rs'] })
    const second = sampled(tone(440, 0.5), 16_000, 2)
    meter.add([second, ...Array.from({ length: 5 }, () => new Float32Array(second.length))], 0, second.length)
    const { waveform, loudness, loudnessRange, truePeak, samples } = meter.finish()
    expect(samples).toBe(4 * sampleRate)
    expect(loudness).toBeCloseTo(measure([first], ['M']).loudness ?? 0, 1)
    expect(loudnessRange).toBeLessThan(0.2)
    expect(truePeak).toBeCloseTo(-6, 0)
    const half = waveform.data.length / 2
    expect(Math.max(...waveform.data.subarray(0, half - 4))).toBe(63)
    expect(Math.max(...waveform.data.subarray(half + 4))).toBe(10)
  })
})
