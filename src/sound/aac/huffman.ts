/** Decodes the codes of the books: short ones by one look-up, the rare longer ones by their place among the codes of their length. */
import { type BookFacts, scaleFactorFacts, spectrumFacts, type SpectrumFacts } from './codeBooks.ts'
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import { fillGains } from './gains.ts'

/** Most codes are not longer, and a table of so many bits stays in the processor's nearest cache. */
const lookupBits = 9
export const lookupShift = 32 - lookupBits

export type CodeBook = {
  /** By the next 9 bits: an entry, or 0 where the code is longer. */
  lookup: Int32Array
  /** In the order of the codes. The low 5 bits of an entry are the length of its code; the values are above. */
  entries: Int32Array
  /** For each length: its first code, how many it has, and where its entries begin. */
  firsts: Int32Array
  counts: Int32Array
  starts: Int32Array
}

/** `pack` gives the values of an index, from bit 5 on. */
export function createBook(facts: BookFacts, pack: (index: number) => number): CodeBook {
  const lengths = facts.counts.length + 1
  const book: CodeBook = {
    lookup: new Int32Array(2 ** lookupBits),
    entries: new Int32Array(facts.order.length),
    firsts: new Int32Array(lengths),
    counts: Int32Array.from([0, ...facts.counts]),
    starts: new Int32Array(lengths),
  }
  let code = 0
  let at = 0
  for (const [index, count] of facts.counts.entries()) {
    const length = index + 1
    book.firsts[length] = code *= 2
    book.starts[length] = at
    for (const meaning of facts.order.slice(at, at + count)) {
      const entry = (pack(meaning) & ~31) | length
      book.entries[at++] = entry
      const spare = lookupBits - length
      if (spare >= 0) book.lookup.fill(entry, code << spare, (code + 1) << spare)
      code++
    }
  }
  return book
}

/** The entry of a code that has more than 9 bits, at the top of `word`. */
export function findLongCode(book: CodeBook, word: number): number {
  for (let length = lookupBits + 1; length < book.counts.length; length++) {
    const place = (word >>> (32 - length)) - (book.firsts[length] ?? 0)
    if (place < (book.counts[length] ?? 0)) return book.entries[(book.starts[length] ?? 0) + place] ?? 0
  }
  throw new DamagedFrame('It has a code that is in no book.')
}

/** Four values have 4 bits each, two have 6, with their signs. */
function packValues({ values, least, greatest }: SpectrumFacts, index: number): number {
  const base = greatest - least + 1
  const bits = values === 4 ? 4 : 6
  let packed = 0
  for (let rest = index, place = values - 1; place >= 0; place--) {
    const value = (rest % base) + least
    packed |= (value & (2 ** bits - 1)) << (5 + bits * place)
    rest = Math.floor(rest / base)
  }
  return packed
}

export type CodeBooks = { scaleFactors: CodeBook; spectrum: CodeBook[] }

let books: CodeBooks | undefined

/** Made, with the other tables, when the first decoder is opened. */
export function codeBooks(): CodeBooks {
  books ??= createBooks()
  return books
}

function createBooks(): CodeBooks {
  fillGains()
  return {
    scaleFactors: createBook(scaleFactorFacts, (index) => index << 5),
    spectrum: spectrumFacts.map((facts) => createBook(facts, (index) => packValues(facts, index))),
  }
}

/** The difference of two scale factors, −60 to 60. */
export function readDifference(bits: FrameBits, book: CodeBook): number {
  const word = bits.peek()
  const entry = (book.lookup[word >>> lookupShift] ?? 0) || findLongCode(book, word)
  bits.skip(entry & 31)
  return (entry >> 5) - 60
}
