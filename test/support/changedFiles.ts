/** Real files with flipped bits, cut, with pieces repeated, swapped, dropped or taken from another file. */
import fc from 'fast-check'
import { concatenated, noise } from './bytes.ts'
import { realFile, realFileNames } from './realFiles.ts'

const ways = ['flip', 'cut', 'huge', 'zero', 'drop', 'insert', 'repeat', 'swap', 'splice'] as const
/** One change to a file. `at` and `to` are shares of its length, or bytes from its start. */
type Change = { at: number; to: number; how: (typeof ways)[number]; what: number }

// Most files have their headers at the start, so half of the changes are there.
const place = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1500))
const change = fc.record({ at: place, to: place, how: fc.constantFrom(...ways), what: fc.nat() })
export const changedFile = fc
  .tuple(
    fc.constantFrom(...realFileNames),
    fc.array(change, { minLength: 1, maxLength: 5 }),
    fc.constantFrom(...realFileNames),
  )
  .map(([name, changes, other]) => ({ name, changes, other }))

/** A file, the changes to it, and another one for pieces. */
type Changed = { name: string; changes: Change[]; other: string }

export function build({ name, changes, other }: Changed): Uint8Array {
  return changes.reduce<Uint8Array>((file, one) => withChange(file, one, realFile(other)), realFile(name))
}

function withChange(file: Uint8Array, { at, to, how, what }: Change, other: Uint8Array): Uint8Array {
  const [from, until] = [placeIn(file, at), placeIn(file, to)]
  const [start, end] = [Math.min(from, until), Math.max(from, until)]
  const length = Math.min(end - start, 4096)
  const [before, after] = [file.subarray(0, start), file.subarray(start)]
  const last = Uint8Array.of(0)
  if (how === 'cut') return file.subarray(0, start + 1)
  if (how === 'drop') return concatenated(before, after.subarray(what % 200), last)
  if (how === 'insert') return concatenated(before, noise(what % 300), after)
  if (how === 'repeat') return concatenated(before, after.subarray(0, length), after)
  if (how === 'swap') {
    const [one, two] = [file.subarray(start, start + length), file.subarray(end, end + length)]
    return concatenated(
      before,
      two,
      file.subarray(start + length, end),
      one,
      file.subarray(end + length),
      last,
    )
  }
  if (how === 'splice') return concatenated(before, other.subarray(what % other.byteLength), last)
  const bytes = {
    flip: [(file[start] ?? 0) ^ (1 << (what % 8))],
    huge: [what % 2 ? 255 : 127, 255, 255, 255],
    zero: [0, 0, 0, 0],
  }
  const copy = new Uint8Array(file)
  copy.set(bytes[how].slice(0, copy.byteLength - start), start)
  return copy
}

function placeIn(file: Uint8Array, at: number): number {
  return Math.max(0, Math.min(file.byteLength - 1, at <= 1 ? Math.floor(at * file.byteLength) : at))
}
