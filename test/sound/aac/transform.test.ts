import { describe, expect, it } from 'vitest'
import { createDct4 } from '../../../src/sound/aac/dct4.ts'
import { createFft } from '../../../src/sound/aac/fft.ts'
import { createSlopes } from '../../../src/sound/aac/windows.ts'
import { pseudoRandom } from './reference.ts'

describe('createFft', () => {
  it.each([1, 2, 3, 4, 5, 8, 12, 30, 60, 64, 480, 512])('is the sum over %i points', (points) => {
    const fft = createFft(points)
    const [re, im] = [pseudoRandom(points, 1), pseudoRandom(points, 2)]
    fft.re.set(re)
    fft.im.set(im)
    fft.transform()
    let error = 0
    for (let result = 0; result < points; result++) {
      let [sumRe, sumIm] = [0, 0]
      for (let term = 0; term < points; term++) {
        const angle = (-2 * Math.PI * ((result * term) % points)) / points
        sumRe += re[term]! * Math.cos(angle) - im[term]! * Math.sin(angle)
        sumIm += re[term]! * Math.sin(angle) + im[term]! * Math.cos(angle)
      }
      error = Math.max(error, Math.abs(fft.outRe[result]! - sumRe), Math.abs(fft.outIm[result]! - sumIm))
    }
    expect(error).toBeLessThan(1e-12 * points)
  })

  it('refuses a length that it cannot split', () => {
    expect(() => createFft(14)).toThrow(RangeError)
  })
})

describe('createDct4', () => {
  it.each([120, 128, 960, 1024])('is the sum over %i lines', (lines) => {
    const spectrum = pseudoRandom(3 + lines, 3)
    const result = new Float64Array(lines)
    createDct4(lines, 0.5)(spectrum, 3, result)
    let error = 0
    for (let sample = 0; sample < lines; sample++) {
      let sum = 0
      for (let index = 0; index < lines; index++) {
        sum += spectrum[3 + index]! * Math.cos((Math.PI / lines) * (sample + 0.5) * (index + 0.5))
      }
      error = Math.max(error, Math.abs(result[sample]! - sum / 2))
    }
    expect(error).toBeLessThan(1e-11)
  })
})

describe('createSlopes', () => {
  it.each([960, 1024])('has slopes that keep the power, for %i lines', (lines) => {
    const { long, short, padded } = createSlopes(lines)
    for (const slope of [...long, ...short, ...padded]) {
      const power = Array.from(slope, (value, index) => value ** 2 + slope[slope.length - 1 - index]! ** 2)
      expect(Math.max(...power.map((sum) => Math.abs(sum - 1)))).toBeLessThan(1e-12)
    }
  })

  it('begins as the tables of other decoders do', () => {
    const { long, short } = createSlopes(1024)
    expect(long[0][0]).toBeCloseTo(0.00076699, 8)
    expect(long[1][0]).toBeCloseTo(0.00029256, 8)
    expect(short[0][0]).toBeCloseTo(0.00613588, 8)
    expect(short[1][0]).toBeCloseTo(0.00004379, 7)
  })
})
