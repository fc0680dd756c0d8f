/** What the channels of a pair share: their sum and difference, one channel's lines, or noise (ISO/IEC 14496-3 §4.6.8, §4.6.13). */
import { type BandInfo, maxBands, noiseBook, oppositeBook } from './sections.ts'
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import type { WindowInfo } from './windowInfo.ts'

/** Which bands of each group share something, one group after another. */
export type Sharing = {
  /** 0: none does. 1: `bands` says which. 2: all do. */
  mode: number
  bands: Uint8Array
}

export function createSharing(): Sharing {
  return { mode: 0, bands: new Uint8Array(maxBands) }
}

export function readSharing(bits: FrameBits, info: WindowInfo, sharing: Sharing): void {
  sharing.mode = bits.read(2)
  if (sharing.mode === 3) throw new DamagedFrame('Its mask of sums and differences is reserved.')
  const places = info.groups * info.codedBands
  if (sharing.mode === 1) for (let place = 0; place < places; place++) sharing.bands[place] = bits.read(1)
  else sharing.bands.fill(sharing.mode === 2 ? 1 : 0)
}

type Side = { info: WindowInfo; bands: BandInfo; spectrum: Float64Array }

type JoinBand = (left: Side, right: Side, sharing: Sharing, place: number, from: number, to: number) => void

/** Takes sums and differences apart, and makes noise that is shared. */
export function separateSums(left: Side, right: Side, sharing: Sharing): void {
  if (sharing.mode !== 0) joinBands(left, right, sharing, separateBand)
}

const separateBand: JoinBand = (left, right, sharing, place, from, to) => {
  if (sharing.bands[place] !== 1) return
  const leftBook = left.bands.books[place] ?? 0
  const rightBook = right.bands.books[place] ?? 0
  if (leftBook === noiseBook && rightBook === noiseBook) {
    // The same noise, in each channel at its own level.
    const ratio = (right.bands.gains[place] ?? 0) / (left.bands.gains[place] ?? 1)
    copyLines(left.spectrum, right.spectrum, from, to, ratio)
  } else if (leftBook < noiseBook && rightBook < noiseBook) {
    addAndSubtract(left.spectrum, right.spectrum, from, to)
  }
}

/** Copies the left channel's lines where the right channel has an intensity only. */
export function copyByIntensity(left: Side, right: Side, sharing: Sharing): void {
  joinBands(left, right, sharing, copyBand)
}

const copyBand: JoinBand = (left, right, sharing, place, from, to) => {
  const book = right.bands.books[place] ?? 0
  if (book < oppositeBook) return
  const gain = right.bands.gains[place] ?? 0
  // The standard turns it around only where the mask names the band; encoders and decoders do so for a mask of all, too.
  const isTurned = sharing.bands[place] === 1
  copyLines(left.spectrum, right.spectrum, from, to, (book === oppositeBook) !== isTurned ? -gain : gain)
}

function joinBands(left: Side, right: Side, sharing: Sharing, join: JoinBand): void {
  const { offsets, count } = right.info.bands
  const { groups, codedBands, groupWindows } = right.info
  const windowLines = offsets[count] ?? 0
  let start = 0
  for (let group = 0; group < groups; group++) {
    const end = start + (groupWindows[group] ?? 0) * windowLines
    for (; start < end; start += windowLines) {
      for (let band = 0; band < codedBands; band++) {
        const place = group * codedBands + band
        join(left, right, sharing, place, start + (offsets[band] ?? 0), start + (offsets[band + 1] ?? 0))
      }
    }
  }
}

function copyLines(from: Float64Array, to: Float64Array, start: number, end: number, gain: number): void {
  for (let line = start; line < end; line++) to[line] = (from[line] ?? 0) * gain
}

function addAndSubtract(left: Float64Array, right: Float64Array, from: number, to: number): void {
  for (let line = from; line < to; line++) {
    const middle = left[line] ?? 0
    const side = right[line] ?? 0
    left[line] = middle + side
    right[line] = middle - side
  }
}
