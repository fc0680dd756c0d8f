import { describe, expect, it } from 'vitest'
import { bandsAt } from '../../../src/sound/aac/bands.ts'
import { FrameBits } from '../../../src/sound/aac/frameBits.ts'
import { applyTns, createTns, readTns } from '../../../src/sound/aac/tns.ts'
import { createWindowInfo } from '../../../src/sound/aac/windowInfo.ts'
import { BitWriter } from './bitWriter.ts'

const bands = bandsAt(4, 1024, false)!

function bitsOf(written: string): FrameBits {
  const bits = new FrameBits()
  bits.load(new BitWriter().text(written).bytes())
  return bits
}

describe('temporal noise shaping', () => {
  const info = createWindowInfo(bands.long)
  info.codedBands = 49

  /** The lines of an impulse at `at`, filtered. */
  const impulse = (written: string, at: number): Float64Array => {
    const tns = createTns()
    readTns(bitsOf(written), info, 12, tns)
    const spectrum = new Float64Array(1024)
    spectrum[at] = 1
    applyTns(tns, info, spectrum)
    return spectrum
  }
  // One filter, 4 bits a value; 45 bands from the top; two values: 3 and −2.
  const first = Math.sin((3 / 7.5) * (Math.PI / 2))
  const second = Math.sin((-2 / 8.5) * (Math.PI / 2))
  const coefficients = [first + first * second, second]

  it('filters upwards', () => {
    const lines = impulse('01 1 101101 00010 0 0 0011 1110', 100)
    expect(lines[99]).toBe(0)
    expect(lines[101]).toBeCloseTo(-coefficients[0]!, 12)
    expect(lines[102]).toBeCloseTo(coefficients[0]! ** 2 - coefficients[1]!, 12)
  })
  it('filters downwards', () => {
    const lines = impulse('01 1 101101 00010 1 0 0011 1110', 100)
    expect(lines[101]).toBe(0)
    expect(lines[99]).toBeCloseTo(-coefficients[0]!, 12)
  })
  it('reads short values with the steps of long ones', () => {
    const lines = impulse('01 1 101101 00001 0 1 011', 100)
    expect(lines[101]).toBeCloseTo(-first, 12)
  })
  it('begins at its lowest band', () => {
    // Bands 49 to 4: lines from 16 on.
    const lines = impulse('01 1 101101 00001 1 0 0011', 17)
    expect(lines[16]).not.toBe(0)
    expect(lines[15]).toBe(0)
  })
  it('refuses a filter that resonates beyond all sound', () => {
    const tns = createTns()
    readTns(bitsOf(`01 1 101101 01100 0 0 ${'1001'.repeat(12)}`), info, 12, tns)
    const spectrum = new Float64Array(1024).fill(2 ** 50)
    expect(() => {
      applyTns(tns, info, spectrum)
    }).toThrow('resonates')
  })
  it('refuses more values than the profile has', () => {
    expect(() => impulse('01 1 101101 01101 0 0 0000 0000', 100)).toThrow('too long')
  })
})
