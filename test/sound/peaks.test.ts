/** Waveforms: their points, and their files. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPeakMeter, type Waveform } from '../../src/sound/peaks.ts'
import { decodeWaveform, encodeWaveform, waveformJson } from '../../src/sound/peaksFile.ts'
import type { Speaker } from '../../src/sound/speakers.ts'
import { sampled, tone, whiteNoise } from '../support/signals.ts'

const speakers: Speaker[] = ['L', 'R', 'C', 'Ls', 'Rs']

function measure(channels: Float32Array[], expectedSamples?: number, sampleRate = 8000) {
  const meter = createPeakMeter({ sampleRate, speakers: speakers.slice(0, channels.length) }, expectedSamples)
  meter.add(channels, 0, channels[0]?.length ?? 0)
  return meter.finish()
}

/** Each point is the pair of its values. */
function pointsOf({ data }: Waveform): number[][] {
  return Array.from({ length: data.length / 2 }, (_, point) => [...data.subarray(2 * point, 2 * point + 2)])
}

describe('values, as audiowaveform computes them', () => {
  it.each([
    [[0], 0],
    [[1], 127],
    [[-1], -128],
    [[2], 127],
    [[-2], -128],
    // Towards zero, from 16 bits: 255 is not yet 1.
    [[255 / 32768], 0],
    [[256 / 32768], 1],
    [[-255 / 32768], 0],
    [[-256 / 32768], -1],
    // The mean of the channels.
    [[1, 0], 64],
    [[1, -1], 0],
    [[0.5, 0.5], 64],
    [[1, 0, 0, 0], 32],
    [[-1, -1, -1, -1, 0], -102],
  ])('%j gives %d', (sample, value) => {
    const channels = sample.map((level) => Float32Array.of(level, level))
    expect(pointsOf(measure(channels).waveform)).toEqual([[value, value]])
  })

  it('has the lowest and the highest sample of each point', () => {
    const { waveform } = measure([Float32Array.of(0.25, -0.5, 0.5, 0.75, -1)])
    expect(waveform.samplesPerPixel).toBe(2)
    expect(pointsOf(waveform)).toEqual([
      [-64, 32],
      [64, 96],
      [-128, -128],
    ])
  })
})

describe('the number of points', () => {
  it.each([
    // Samples, expected samples, the least and the most points.
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [3000, 3000, 1500, 1500],
    [3001, 3001, 1000, 1501],
    [300_000, 300_000, 1450, 1500],
    [1_234_567, 1_234_567, 1400, 1500],
    // More than expected, less than expected, nothing expected.
    [1_234_567, 300_000, 1000, 2000],
    [300_000, 1e12, 1000, 2000],
    [300_000, 0, 1000, 2000],
    [3999, 0, 2000, 2000],
    [4000, 0, 1000, 1000],
  ])('of %d samples, of which %d are expected', (samples, expected, least, most) => {
    const { waveform, samples: counted } = measure([new Float32Array(samples)], expected)
    const points = waveform.data.length / 2
    expect(counted).toBe(samples)
    expect(points).toBeGreaterThanOrEqual(least)
    expect(points).toBeLessThanOrEqual(most)
    expect(points).toBe(Math.ceil(samples / waveform.samplesPerPixel))
  })
})

describe('for every sound', () => {
  const sound = fc.record({
    length: fc.integer({ min: 0, max: 30_000 }),
    expected: fc.integer({ min: 0, max: 60_000 }),
    channels: fc.integer({ min: 1, max: 3 }),
    sizes: fc.array(fc.integer({ min: 1, max: 7000 }), { maxLength: 12 }),
  })

  it('gives in pieces what it gives as a whole, and what a plain computation gives', () => {
    fc.assert(
      fc.property(sound, ({ length, expected, channels, sizes }) => {
        const samples = Array.from({ length: channels }, (_, channel) =>
          sampled(whiteNoise(1.2, channel + 1), 1, length),
        )
        const meter = createPeakMeter({ sampleRate: 8000, speakers: speakers.slice(0, channels) }, expected)
        let from = 0
        for (const size of [...sizes, length]) {
          const to = Math.min(from + size, length)
          meter.add(samples, from, to)
          from = to
        }
        const { waveform } = meter.finish()
        expect(waveform).toEqual(measure(samples, expected).waveform)
        expect(pointsOf(waveform)).toEqual(plainPoints(samples, waveform.samplesPerPixel))
      }),
      { numRuns: 60 },
    )
  })

  it('is the same after its file', () => {
    const waveforms = fc.record({
      sampleRate: fc.integer({ min: 1, max: 384_000 }),
      samplesPerPixel: fc.integer({ min: 2, max: 1e9 }),
      data: fc.array(fc.tuple(fc.integer({ min: -128, max: 127 }), fc.integer({ min: -128, max: 127 }))),
    })
    fc.assert(
      fc.property(waveforms, fc.integer({ min: 0, max: 9 }), ({ data, ...rest }, before) => {
        const waveform = { ...rest, data: Int8Array.from(data.flat()) }
        const file = encodeWaveform(waveform)
        // Also where the bytes lie at any place of a buffer.
        const moved = new Uint8Array(before + file.length)
        moved.set(file, before)
        expect(decodeWaveform(moved.subarray(before))).toEqual(waveform)
        expect(waveformJson(waveform).data).toEqual(data.flat())
      }),
    )
  })
})

describe('files', () => {
  const waveform = {
    sampleRate: 48_000,
    samplesPerPixel: 512,
    data: Int8Array.of(-65, 63, -66, 64, -128, 127),
  }
  // prettier-ignore
  const file = Uint8Array.of(
    2, 0, 0, 0, 1, 0, 0, 0, 0x80, 0xbb, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 191, 63, 190, 64, 128, 127,
  )

  it('has the header of version 2', () => {
    expect(encodeWaveform(waveform)).toEqual(file)
  })

  it.each([
    ['another version', 0, 1],
    ['16 bits', 4, 0],
    ['two channels', 20, 2],
    ['fewer points than it declares', 16, 4],
    ['more points than it declares', 16, 2],
  ])('refuses %s', (_, at, byte) => {
    expect(decodeWaveform(file.with(at, byte))).toBeUndefined()
  })

  it('refuses what ends within the header', () => {
    expect(decodeWaveform(file.subarray(0, 23))).toBeUndefined()
  })

  it('is written as JSON', () => {
    expect(waveformJson(waveform)).toEqual({
      version: 2,
      channels: 1,
      sample_rate: 48_000,
      samples_per_pixel: 512,
      bits: 8,
      length: 3,
      data: [-65, 63, -66, 64, -128, 127],
    })
  })
})

describe('another track', () => {
  it('goes on in time of the first rate', () => {
    const meter = createPeakMeter({ sampleRate: 8000, speakers: ['M'] }, 30_000)
    meter.add([new Float32Array(15_000).fill(0.25)], 0, 15_000)
    meter.begin({ sampleRate: 48_000, speakers: ['L', 'R'] })
    const loud = new Float32Array(90_000).fill(0.5)
    meter.add([loud, loud], 0, 90_000)
    const { waveform, samples } = meter.finish()
    expect(samples).toBe(30_000)
    expect(waveform).toMatchObject({ sampleRate: 8000, samplesPerPixel: 20 })
    expect(pointsOf(waveform)).toEqual([
      ...Array.from({ length: 750 }, () => [32, 32]),
      ...Array.from({ length: 750 }, () => [64, 64]),
    ])
  })

  it('fills points that are shorter than a sample', () => {
    const meter = createPeakMeter({ sampleRate: 192_000, speakers: ['M'] })
    meter.add([Float32Array.of(0.5, 0.5)], 0, 2)
    meter.begin({ sampleRate: 8000, speakers: ['M'] })
    meter.add([Float32Array.of(0.25, -0.25)], 0, 2)
    meter.begin({ sampleRate: 192_000, speakers: ['M'] })
    meter.add([Float32Array.of(1, 1)], 0, 2)
    const { waveform, samples } = meter.finish()
    expect(samples).toBe(52)
    expect(pointsOf(waveform).at(-1)).toEqual([127, 127])
    expect(waveform.data.length / 2).toBeLessThanOrEqual(26)
  })
})

describe('a tone', () => {
  it('is as high in each point', () => {
    const { waveform } = measure([sampled(tone(441, 0.5), 44_100, 30)], 30 * 44_100, 44_100)
    for (const [low, high] of pointsOf(waveform))
      expect([low, high]).toEqual([-64, 64].map((v) => expect.closeTo(v, 0)))
  })
})

/** Independently of how the meter does it. */
function plainPoints(channels: Float32Array[], samplesPerPixel: number): number[][] {
  const length = channels[0]?.length ?? 0
  return Array.from({ length: Math.ceil(length / samplesPerPixel) }, (_, point) => {
    const values: number[] = []
    for (let at = point * samplesPerPixel; at < Math.min(length, (point + 1) * samplesPerPixel); at++) {
      const mean = channels.reduce((sum, samples) => sum + (samples[at] ?? 0), 0) / channels.length
      const in16Bits = Math.max(-32768, Math.min(32767, Math.trunc(mean * 32768)))
      values.push(Math.trunc(in16Bits / 256) + 0)
    }
    return [Math.min(...values), Math.max(...values)]
  })
}
