/** The steps of one channel's frame before its filters. */
import { describe, expect, it } from 'vitest'
import { bandsAt } from '../../../src/sound/aac/bands.ts'
import { FrameBits } from '../../../src/sound/aac/frameBits.ts'
import { codeBooks } from '../../../src/sound/aac/huffman.ts'
import { createNoise, fillWithNoise } from '../../../src/sound/aac/noise.ts'
import { addPulses } from '../../../src/sound/aac/pulses.ts'
import { createBandInfo, readGains, readSections } from '../../../src/sound/aac/sections.ts'
import { createWindowInfo, readWindowInfo, type WindowInfo } from '../../../src/sound/aac/windowInfo.ts'
import { BitWriter } from './bitWriter.ts'

const bands = bandsAt(4, 1024, false)!
// Fills the tables of gains, too.
const { scaleFactors } = codeBooks()

function bitsOf(written: BitWriter | string): FrameBits {
  const bits = new FrameBits()
  bits.load((typeof written === 'string' ? new BitWriter().text(written) : written).bytes())
  return bits
}

function windowInfo(written: string): WindowInfo {
  const info = createWindowInfo(bands.long)
  readWindowInfo(bitsOf(written), bands, info)
  return info
}

describe('bandsAt', () => {
  it.each([
    [0, 1024, 41, 12],
    [2, 1024, 47, 12],
    [3, 1024, 49, 14],
    [4, 960, 49, 14],
    [5, 1024, 51, 14],
    [5, 960, 49, 14],
    [7, 1024, 47, 15],
    [8, 1024, 43, 15],
    [12, 1024, 40, 15],
    [12, 960, 40, 15],
  ])('has at rate %i, for frames of %i, %i long and %i short bands', (rate, samples, long, short) => {
    const { long: longBands, short: shortBands } = bandsAt(rate, samples, true)!
    expect([longBands.count, shortBands.count]).toEqual([long, short])
    expect([longBands.offsets[long], shortBands.offsets[short]]).toEqual([samples, samples / 8])
    for (const { offsets, count } of [longBands, shortBands]) {
      const widths = Array.from({ length: count }, (_, band) => offsets[band + 1]! - offsets[band]!)
      // Codes stand for four lines at most, and never for lines of two bands.
      expect(widths.every((width) => width > 0 && width % 4 === 0)).toBe(true)
    }
  })
})

describe('readWindowInfo', () => {
  it('reads a long window', () => {
    expect(windowInfo('0 11 1 110001 0')).toMatchObject({
      sequence: 3,
      shape: 1,
      windows: 1,
      groups: 1,
      codedBands: 49,
    })
  })
  it.each([
    ['0000000', [1, 1, 1, 1, 1, 1, 1, 1]],
    ['1111111', [8]],
    ['0110100', [1, 3, 2, 1, 1]],
    ['1000001', [2, 1, 1, 1, 1, 2]],
  ])('reads short windows in groups %s', (grouping, sizes) => {
    const info = windowInfo(`0 10 0 1110 ${grouping}`)
    expect(info).toMatchObject({ sequence: 2, windows: 8, groups: sizes.length, codedBands: 14 })
    expect([...info.groupWindows.subarray(0, info.groups)]).toEqual(sizes)
  })
  it.each(['0 00 0 110010 0', '0 10 0 1111 0000000', '0 00'])('refuses %s', (written) => {
    expect(() => windowInfo(written)).toThrow()
  })
})

describe('readSections', () => {
  const read = (written: string, info: WindowInfo): number[] => {
    const target = createBandInfo()
    readSections(bitsOf(written), info, target)
    return [...target.books.subarray(0, info.groups * info.codedBands)]
  }
  it('reads the books of a long window', () => {
    expect(read('0001 00010 1011 00001', windowInfo('0 00 0 000011 0'))).toEqual([1, 1, 11])
  })
  it('reads a length with an escape', () => {
    expect(read('0011 11111 00001', windowInfo('0 00 0 100000 0'))).toEqual(
      Array.from({ length: 32 }, () => 3),
    )
  })
  it('reads the books of each group', () => {
    const info = windowInfo('0 10 0 0010 1111110')
    expect(read('0001 001 0010 001  1101 010', info)).toEqual([1, 2, 13, 13])
  })
  it.each([
    ['a book that does not exist', '1100 00011'],
    ['a section that is too long', '0001 00100'],
    ['sections without end', '0001 00000'.repeat(9)],
  ])('refuses %s', (_, written) => {
    expect(() => read(written, windowInfo('0 00 0 000011 0'))).toThrow()
  })
})

describe('readGains', () => {
  const read = (books: number[], written: string, globalGain: number): number[] => {
    const info = createWindowInfo(bands.long)
    info.codedBands = books.length
    const target = createBandInfo()
    target.books.set(books)
    readGains(bitsOf(written), scaleFactors, info, target, globalGain)
    return Array.from(target.gains.subarray(0, books.length), (gain) => 4 * Math.log2(gain))
  }
  // Codes of book 0: "0" is 0, "100" is −1, "1010" is +1, "1011" is −2.
  it.each<[string, number[], string, number[]]>([
    ['scale factors', [1, 11, 2], '0 1010 100', [20, 21, 20]],
    ['nothing for bands without lines', [0, 5], '1010', [-Infinity, 21]],
    ['intensities, as a series of their own', [5, 15, 14, 5], '0 100 100 1010', [20, 1, 2, 21]],
    ['noise, which begins with a whole number', [13, 5, 13], '100000101 1010 100', [35, 21, 34]],
  ])('reads %s', (_, books, written, quarters) => {
    const gains = read(books, written, 120)
    for (const [at, gain] of gains.entries()) expect(gain).toBeCloseTo(quarters[at]!, 9)
  })
  it.each([
    ['below 0', '100', 0],
    ['above 255', '1010', 255],
  ])('refuses a scale factor %s', (_, written, globalGain) => {
    expect(() => read([1], written, globalGain)).toThrow('out of range')
  })
})

describe('fillWithNoise', () => {
  it('has the energy of its gain, and other lines each time', () => {
    const lines = new Float64Array(40)
    const noise = createNoise()
    fillWithNoise(noise, lines, 4, 36, 100)
    expect(Math.hypot(...lines)).toBeCloseTo(100, 9)
    expect([lines[3], lines[36]]).toEqual([0, 0])
    const before = lines.slice()
    fillWithNoise(noise, lines, 4, 36, 100)
    expect(lines).not.toEqual(before)
  })
})

describe('addPulses', () => {
  it.each([
    ['adds to a positive level', 3, 5, 8],
    ['adds to a negative level', -3, 5, -8],
    ['subtracts from 0', 0, 5, -5],
  ])('%s', (_, level, amplitude, expected) => {
    const info = createWindowInfo(bands.long)
    info.codedBands = 2
    const target = createBandInfo()
    target.books.set([1, 11])
    target.gains.set([7, 3])
    const spectrum = new Float64Array(1024)
    const line = (value: number): number => Math.sign(value) * Math.abs(value) ** (4 / 3) * 3
    spectrum[5] = line(level)
    addPulses(
      { count: 1, lines: Uint16Array.of(5, 0, 0, 0), amplitudes: Uint8Array.of(amplitude, 0, 0, 0) },
      info,
      target,
      spectrum,
    )
    expect(spectrum[5]).toBeCloseTo(line(expected), 9)
  })
})
