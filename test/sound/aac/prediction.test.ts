import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandsAt } from '../../../src/sound/aac/bands.ts'
import { DamagedFrame } from '../../../src/sound/aac/frameBits.ts'
import { createPrediction, createPredictors, predictLines } from '../../../src/sound/aac/prediction.ts'
import { createWindowInfo, readWindowInfo } from '../../../src/sound/aac/windowInfo.ts'
import { FrameBits } from '../../../src/sound/aac/frameBits.ts'
import { BitWriter } from './bitWriter.ts'

const { long, predicted } = bandsAt(4, 1024, true)!

describe('readWindowInfo', () => {
  const read = (written: string) => {
    const info = createWindowInfo(long)
    const bits = new FrameBits()
    bits.load(new BitWriter().text(written).bytes())
    readWindowInfo(bits, bandsAt(4, 1024, true)!, info)
    return info.prediction
  }
  it('reads which bands are predicted, and which predictors begin anew', () => {
    const { resetGroup, isUsed } = read('0 00 0 000011 1  1 00111 101')
    expect(resetGroup).toBe(7)
    expect([...isUsed.subarray(0, 4)]).toEqual([1, 0, 1, 0])
  })
  it('reads a frame without prediction', () => {
    expect(read('0 00 0 000011 0')).toMatchObject({ resetGroup: 0, isUsed: new Uint8Array(41) })
  })
  it.each(['00000', '11111'])('refuses the predictors %s', (group) => {
    expect(() => read(`0 00 0 000011 1 1 ${group} 000`)).toThrow(DamagedFrame)
  })
})

describe('predictLines', () => {
  /** The prediction of a line that was the same in all frames before. */
  const predictedAfter = (frames: number, isUsed: boolean, resetGroup = 0): number => {
    const state = createPredictors()
    const prediction = createPrediction()
    const spectrum = new Float64Array(1024)
    for (let frame = 0; frame < frames; frame++) {
      spectrum[5] = 1000
      prediction.resetGroup = frame === frames - 1 ? resetGroup : 0
      predictLines(state, prediction, long.offsets, predicted, spectrum)
    }
    prediction.isUsed[1] = isUsed ? 1 : 0
    spectrum[5] = 0
    predictLines(state, prediction, long.offsets, predicted, spectrum)
    return spectrum[5]
  }
  it('learns what stays the same', () => {
    expect(predictedAfter(1, true)).toBe(0)
    expect(predictedAfter(30, true)).toBeGreaterThan(800)
    expect(predictedAfter(30, true)).toBeLessThan(1000)
  })
  it('adds nothing where it is not used', () => {
    expect(predictedAfter(30, false)).toBe(0)
  })
  it('begins anew in a group of every thirtieth line', () => {
    expect(predictedAfter(30, true, 6)).toBe(0)
    expect(predictedAfter(30, true, 7)).toBeGreaterThan(800)
  })

  it('stays finite, or is refused', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -57, max: 57, noNaN: true }), fc.boolean()), { maxLength: 40 }),
        (frames) => {
          const state = createPredictors()
          const prediction = createPrediction()
          const spectrum = new Float64Array(1024)
          prediction.isUsed.fill(1)
          try {
            for (const [exponent, isNegative] of frames) {
              spectrum.fill((isNegative ? -1 : 1) * 2 ** exponent)
              predictLines(state, prediction, long.offsets, 2, spectrum)
              expect(spectrum.every(Number.isFinite)).toBe(true)
            }
          } catch (error) {
            expect(error).toBeInstanceOf(DamagedFrame)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
