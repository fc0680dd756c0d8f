import { describe, expect, it } from 'vitest'
import { bandsAt } from '../../../src/sound/aac/bands.ts'
import { createFilterBank, createOverlap, synthesize } from '../../../src/sound/aac/filterBank.ts'
import { createWindowInfo } from '../../../src/sound/aac/windowInfo.ts'
import { encodeFrame, pseudoRandom } from './reference.ts'

const sequences = [0, 1, 2, 2, 3, 0, 1, 2, 3, 1, 3]
const shapeLists = [[0], [1], [0, 1], [0, 0, 1, 1, 1]]

describe('synthesize', () => {
  it.each([1024, 960].flatMap((lines) => shapeLists.map((shapes) => ({ lines, shapes }))))(
    'gives back what was transformed: $lines lines, all windows, shapes $shapes',
    ({ lines, shapes }) => {
      const { long } = bandsAt(4, lines, false)!
      const bank = createFilterBank(lines)
      const overlap = createOverlap(lines)
      const info = createWindowInfo(long)
      info.codedBands = 1
      const original = pseudoRandom((sequences.length + 1) * lines, 5)
      const samples = new Float32Array(lines)
      let [shapeBefore, error] = [0, 0]
      for (const [frame, sequence] of sequences.entries()) {
        const shape = shapes[frame % shapes.length]!
        const spectrum = encodeFrame(
          original.slice(frame * lines, (frame + 2) * lines),
          sequence,
          shapeBefore,
          shape,
        )
        shapeBefore = shape
        info.sequence = sequence
        info.shape = shape
        info.windows = sequence === 2 ? 8 : 1
        synthesize(bank, info, spectrum, overlap, samples)
        // The first frame overlaps with nothing.
        if (frame === 0) continue
        for (const [index, sample] of samples.entries()) {
          error = Math.max(error, Math.abs(sample * 32768 - original[frame * lines + index]!))
        }
      }
      expect(error).toBeLessThan(1e-6)
    },
  )
})
