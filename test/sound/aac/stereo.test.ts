import { describe, expect, it } from 'vitest'
import { bandsAt } from '../../../src/sound/aac/bands.ts'
import { createBandInfo } from '../../../src/sound/aac/sections.ts'
import { copyByIntensity, separateSums } from '../../../src/sound/aac/stereo.ts'
import { createWindowInfo } from '../../../src/sound/aac/windowInfo.ts'

const bands = bandsAt(4, 1024, false)!

describe('what a pair shares', () => {
  const side = (book: number, gain: number, value: number): Parameters<typeof separateSums>[0] => {
    const info = createWindowInfo(bands.long)
    info.codedBands = 1
    info.groupWindows[0] = 1
    const target = createBandInfo()
    target.books[0] = book
    target.gains[0] = gain
    return { info, bands: target, spectrum: new Float64Array(1024).fill(value) }
  }
  it.each<[string, number, number, number, boolean, number, number]>([
    ['leaves channels alone', 1, 1, 0, false, 5, 3],
    ['makes sum and difference', 1, 1, 1, true, 8, 2],
    ['makes them of every band', 2, 11, 2, true, 8, 2],
    ['makes them where one has no lines', 1, 0, 2, true, 8, 2],
    ['copies by intensity', 1, 15, 0, false, 5, 2.5],
    ['copies the opposite', 1, 14, 0, false, 5, -2.5],
    ['copies the opposite by the mask', 1, 15, 1, true, 5, -2.5],
    ['copies by the mask and the book', 1, 14, 1, true, 5, 2.5],
    ['copies the opposite by a mask of all bands', 1, 15, 2, true, 5, -2.5],
    ['leaves separate noise alone', 13, 13, 0, false, 5, 3],
    ['has the same noise at its own level', 13, 13, 1, true, 5, 2.5],
    ['does not mix noise with lines', 13, 1, 1, true, 5, 3],
  ])('%s', (_, leftBook, rightBook, mode, isShared, leftLine, rightLine) => {
    const left = side(leftBook, 1, 5)
    const right = side(rightBook, 0.5, 3)
    const shared = new Uint8Array(120).fill(isShared ? 1 : 0)
    separateSums(left, right, { mode, bands: shared })
    copyByIntensity(left, right, { mode, bands: shared })
    expect([left.spectrum[3], right.spectrum[3]]).toEqual([leftLine, rightLine])
    // The band has four lines.
    expect([left.spectrum[4], right.spectrum[4]]).toEqual([5, 3])
  })
})
