/** Reads which book each band has, and its scale factor (ISO/IEC 14496-3 §4.4.2.7, §4.6.2, §4.6.3). */
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import { gainOf } from './gains.ts'
import { type CodeBook, readDifference } from './huffman.ts'
import type { WindowInfo } from './windowInfo.ts'

/** Books that are none: nothing is coded, or noise, or the other channel's lines. */
export const zeroBook = 0
const reservedBook = 12
export const noiseBook = 13
/** Of opposite sign. */
export const oppositeBook = 14
export const intensityBook = 15

/** Groups times bands: 8 × 15, or 51. */
export const maxBands = 120

/** Of each band of each group, one group after another. */
export type BandInfo = {
  books: Uint8Array
  /** What its lines are multiplied by; of noise, its level; of intensity, what the other channel's lines are multiplied by. */
  gains: Float64Array
}

export function createBandInfo(): BandInfo {
  return { books: new Uint8Array(maxBands), gains: new Float64Array(maxBands) }
}

/** Neighbouring bands with one book are a section. */
export function readSections(bits: FrameBits, info: WindowInfo, { books }: BandInfo): void {
  const lengthBits = info.windows === 8 ? 3 : 5
  const escape = 2 ** lengthBits - 1
  for (let group = 0; group < info.groups; group++) {
    const start = group * info.codedBands
    for (let band = 0; band < info.codedBands;) {
      const book = bits.read(4)
      if (book === reservedBook) throw new DamagedFrame('It has a book that does not exist.')
      let length = 0
      let part
      do length += part = bits.read(lengthBits)
      while (part === escape)
      if (band + length > info.codedBands) throw new DamagedFrame('A section is too long.')
      books.fill(book, start + band, start + band + length)
      band += length
    }
  }
}

/** Scale factors, intensities and levels of noise are three series, each as differences. */
export function readGains(
  bits: FrameBits,
  codes: CodeBook,
  info: WindowInfo,
  { books, gains }: BandInfo,
  globalGain: number,
): void {
  let factor = globalGain
  let position = 0
  let noise = globalGain - 90
  let isFirstNoise = true
  for (let band = 0; band < info.groups * info.codedBands; band++) {
    const book = books[band] ?? 0
    if (book === zeroBook) gains[band] = 0
    else if (book >= oppositeBook) {
      position += readDifference(bits, codes)
      gains[band] = gainOf(-within(position, -155, 100))
    } else if (book === noiseBook) {
      noise += isFirstNoise ? bits.read(9) - 256 : readDifference(bits, codes)
      isFirstNoise = false
      gains[band] = gainOf(within(noise, -100, 155))
    } else {
      factor += readDifference(bits, codes)
      if (factor < 0 || factor > 255) throw new DamagedFrame('A scale factor is out of range.')
      gains[band] = gainOf(factor - 100)
    }
  }
}

/** What is out of range is heard as the nearest that is not, as in other decoders. */
function within(value: number, least: number, greatest: number): number {
  return Math.min(Math.max(value, least), greatest)
}
