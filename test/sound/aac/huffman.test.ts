import { describe, expect, it } from 'vitest'
import {
  type BookFacts,
  scaleFactorFacts,
  type SpectrumFacts,
  spectrumFacts,
} from '../../../src/sound/aac/codeBooks.ts'
import { FrameBits } from '../../../src/sound/aac/frameBits.ts'
import { codeBooks, readDifference } from '../../../src/sound/aac/huffman.ts'
import {
  readEscapePairs,
  readSignedPairs,
  readSignedQuads,
  readUnsignedPairs,
  readUnsignedQuads,
} from '../../../src/sound/aac/levels.ts'
import { BitWriter } from './bitWriter.ts'

const readers = [readSignedQuads, readUnsignedQuads, readSignedPairs, readUnsignedPairs, readEscapePairs]
const readerOf = [0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 4]

/** Every code with what it means. */
function codesOf({ counts, order }: BookFacts): { code: number; length: number; index: number }[] {
  const left = [...order]
  let code = 0
  return counts.flatMap((count, place) => {
    code *= 2
    return left.splice(0, count).map((index) => ({ code: code++, length: place + 1, index }))
  })
}

function valuesOf({ values, least, greatest }: SpectrumFacts, index: number): number[] {
  const base = greatest - least + 1
  return Array.from(
    { length: values },
    (_, place) => (Math.floor(index / base ** (values - 1 - place)) % base) + least,
  )
}

const line = (level: number): number => Math.sign(level) * Math.abs(level) ** (4 / 3)

function load(written: BitWriter): FrameBits {
  const bits = new FrameBits()
  bits.load(written.bytes())
  return bits
}

describe('the books', () => {
  it.each([scaleFactorFacts, ...spectrumFacts].map((facts, book) => ({ book, facts })))(
    'book $book has a code for each value, and every code is used',
    ({ facts }) => {
      expect(facts.order.toSorted((a, b) => a - b)).toEqual(facts.order.map((_, index) => index))
      expect(facts.counts.reduce((sum, count, place) => sum + count / 2 ** (place + 1), 0)).toBe(1)
    },
  )

  it('gives every difference of scale factors', () => {
    for (const { code, length, index } of codesOf(scaleFactorFacts)) {
      const bits = load(new BitWriter().write(1, 1).write(code, length))
      bits.skip(1)
      expect(readDifference(bits, codeBooks().scaleFactors)).toBe(index - 60)
      expect(bits.at).toBe(1 + length)
    }
  })

  it.each(spectrumFacts.map((facts, place) => ({ book: place + 1, facts })))(
    'gives the lines of every code of book $book, at every bit of a byte, with every sign',
    ({ book, facts }) => {
      const spectrum = new Float64Array(facts.values)
      for (const [place, { code, length, index }] of codesOf(facts).entries()) {
        const levels = valuesOf(facts, index)
        const written = new BitWriter().write(0, place % 8).write(code, length)
        const signs = levels.map((level, at) => (facts.least < 0 || level === 0 ? 0 : ((place + at) % 3) % 2))
        for (const [at, level] of levels.entries())
          if (facts.least === 0 && level > 0) written.write(signs[at]!, 1)
        // 16 in book 11 is an escape: here 5 bits after the leading one.
        const escapes = levels.map((level, at) => (level === 16 ? 32 + (place % 32) - (at % 2) : level))
        const wanted = escapes.map((level) => (level > 15 ? Math.max(level, 32) : level))
        for (const [at, level] of levels.entries())
          if (level === 16) written.text('10').write(wanted[at]! - 32, 5)
        const bits = load(written)
        bits.skip(place % 8)
        spectrum.fill(0)
        readers[readerOf[book - 1]!]!(bits, codeBooks().spectrum[book - 1]!, spectrum, 0, facts.values, 2)
        const lines = wanted.map((level, at) => 2 * line(signs[at] === 1 ? -level : level) + 0)
        expect([...spectrum].map((value) => value + 0)).toEqual(lines)
        expect(bits.at).toBeLessThanOrEqual(bits.end)
        expect(bits.end - bits.at).toBeLessThan(8)
      }
    },
  )

  it('refuses an escape beyond 8191', () => {
    const last = codesOf(spectrumFacts[10]!).find(({ index }) => index === 16 * 17 + 0)!
    const read = (ones: string): number => {
      const spectrum = new Float64Array(2)
      const bits = load(new BitWriter().write(last.code, last.length).text(`1${ones}0111111111111`))
      readEscapePairs(bits, codeBooks().spectrum[10]!, spectrum, 0, 2, 1)
      return spectrum[0]!
    }
    expect(read('11111111')).toBe(-(8191 ** (4 / 3)))
    expect(() => read('111111111')).toThrow('out of range')
  })
})
