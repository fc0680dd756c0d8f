/**
 * Reads the levels of one band with one kind of book, and writes the lines that they stand for: level^(4/3) times the gain, with the
 * level's sign. Most of the decoder's time beside the transform passes here, so the place in the frame is a local number,
 * and the end of the frame is checked after each band. A code and its signs have at most 20 bits, and 25 can be seen at once.
 */
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import { levelPowers } from './gains.ts'
import { type CodeBook, findLongCode, lookupShift } from './huffman.ts'

type Read = (
  bits: FrameBits,
  book: CodeBook,
  spectrum: Float64Array,
  from: number,
  to: number,
  gain: number,
) => void

/** Books 1 and 2: four values of −1 to 1. */
export const readSignedQuads: Read = (bits, book, spectrum, from, to, gain) => {
  const { view } = bits
  const { lookup } = book
  let at = bits.at
  for (let line = from; line < to; line += 4) {
    const word = view.getUint32(at >>> 3) << (at & 7)
    const entry = (lookup[word >>> lookupShift] ?? 0) || findLongCode(book, word)
    at += entry & 31
    spectrum[line] = ((entry << 23) >> 28) * gain
    spectrum[line + 1] = ((entry << 19) >> 28) * gain
    spectrum[line + 2] = ((entry << 15) >> 28) * gain
    spectrum[line + 3] = ((entry << 11) >> 28) * gain
  }
  bits.at = at
}

/** Books 3 and 4: four values of 0 to 2, then a sign for each that is not 0. */
export const readUnsignedQuads: Read = (bits, book, spectrum, from, to, gain) => {
  const { view } = bits
  const { lookup } = book
  const gainOf2 = (levelPowers[2] ?? 0) * gain
  let at = bits.at
  for (let first = from; first < to; first += 4) {
    let word = view.getUint32(at >>> 3) << (at & 7)
    const entry = (lookup[word >>> lookupShift] ?? 0) || findLongCode(book, word)
    const length = entry & 31
    at += length
    word <<= length
    for (let line = first, values = entry >> 5; line < first + 4; line++, values >>= 4) {
      const level = values & 15
      if (level === 0) continue
      const size = level === 1 ? gain : gainOf2
      spectrum[line] = word < 0 ? -size : size
      word <<= 1
      at++
    }
  }
  bits.at = at
}

/** Books 5 and 6: two values of −4 to 4. */
export const readSignedPairs: Read = (bits, book, spectrum, from, to, gain) => {
  const { view } = bits
  const { lookup } = book
  let at = bits.at
  for (let line = from; line < to; line += 2) {
    const word = view.getUint32(at >>> 3) << (at & 7)
    const entry = (lookup[word >>> lookupShift] ?? 0) || findLongCode(book, word)
    at += entry & 31
    const first = (entry << 21) >> 26
    const second = (entry << 15) >> 26
    spectrum[line] = (first < 0 ? -(levelPowers[-first] ?? 0) : (levelPowers[first] ?? 0)) * gain
    spectrum[line + 1] = (second < 0 ? -(levelPowers[-second] ?? 0) : (levelPowers[second] ?? 0)) * gain
  }
  bits.at = at
}

/** Books 7 to 10: two values of 0 to 12, then a sign for each that is not 0. */
export const readUnsignedPairs: Read = (bits, book, spectrum, from, to, gain) => {
  const { view } = bits
  const { lookup } = book
  let at = bits.at
  for (let line = from; line < to; line += 2) {
    let word = view.getUint32(at >>> 3) << (at & 7)
    const entry = (lookup[word >>> lookupShift] ?? 0) || findLongCode(book, word)
    const length = entry & 31
    at += length
    word <<= length
    const first = (entry >> 5) & 63
    const second = (entry >> 11) & 63
    if (first !== 0) {
      const size = (levelPowers[first] ?? 0) * gain
      spectrum[line] = word < 0 ? -size : size
      word <<= 1
      at++
    }
    if (second !== 0) {
      const size = (levelPowers[second] ?? 0) * gain
      spectrum[line + 1] = word < 0 ? -size : size
      at++
    }
  }
  bits.at = at
}

/** Book 11: two values of 0 to 16, the signs, and for each 16 a greater value that follows. */
export const readEscapePairs: Read = (bits, book, spectrum, from, to, gain) => {
  const { view } = bits
  const { lookup } = book
  let at = bits.at
  for (let line = from; line < to; line += 2) {
    let word = view.getUint32(at >>> 3) << (at & 7)
    const entry = (lookup[word >>> lookupShift] ?? 0) || findLongCode(book, word)
    const length = entry & 31
    const first = (entry >> 5) & 63
    const second = (entry >> 11) & 63
    word <<= length
    const firstGain = word < 0 ? -gain : gain
    if (first !== 0) word <<= 1
    const secondGain = word < 0 ? -gain : gain
    bits.at = at + length + (first === 0 ? 0 : 1) + (second === 0 ? 0 : 1)
    spectrum[line] = (levelPowers[first === 16 ? readEscape(bits) : first] ?? 0) * firstGain
    spectrum[line + 1] = (levelPowers[second === 16 ? readEscape(bits) : second] ?? 0) * secondGain
    at = bits.at
  }
}

/** Ones, a zero, and the number itself, which has four bits more than there were ones, and a leading one in front. */
function readEscape(bits: FrameBits): number {
  const ones = Math.clz32(~bits.peek())
  if (ones > 8) throw new DamagedFrame('A value is out of range.')
  bits.at += ones + 1
  const digits = ones + 4
  const rest = bits.peek() >>> (32 - digits)
  bits.at += digits
  return 2 ** digits + rest
}
