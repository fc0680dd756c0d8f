/** From the lines of a frame to its samples: transform, windows, and the overlap with the frame before (ISO/IEC 14496-3 §4.6.11). */
import { createDct4, type Dct4 } from './dct4.ts'
import { createSlopes, type Slope, type Slopes } from './windows.ts'
import { eightShort, longStart, longStop, type WindowInfo } from './windowInfo.ts'

/** The standard's full scale is that of 16 bits. */
const fullScale = 32768

export type FilterBank = {
  lines: number
  long: Dct4
  short: Dct4
  slopes: Slopes
  /** The result of a transform. */
  folded: Float64Array
  /** Two frames' samples, for short windows, which overlap among themselves. */
  twoFrames: Float64Array
}

/** What a channel keeps from frame to frame. */
export type Overlap = { samples: Float64Array; shape: number }

export function createFilterBank(lines: number): FilterBank {
  const shortLines = lines / 8
  return {
    lines,
    long: createDct4(lines, 1 / (lines * fullScale)),
    short: createDct4(shortLines, 1 / (shortLines * fullScale)),
    slopes: createSlopes(lines),
    folded: new Float64Array(lines),
    twoFrames: new Float64Array(2 * lines),
  }
}

export function createOverlap(lines: number): Overlap {
  return { samples: new Float64Array(lines), shape: 0 }
}

/** Writes a frame of samples, and keeps what overlaps with the next one. */
export function synthesize(
  bank: FilterBank,
  info: WindowInfo,
  spectrum: Float64Array,
  overlap: Overlap,
  samples: Float32Array,
): void {
  if (info.codedBands === 0) {
    // Nothing is added: silence, and most frames of a channel for low frequencies.
    samples.set(overlap.samples)
    overlap.samples.fill(0)
  } else if (info.sequence === eightShort) addShortWindows(bank, info, spectrum, overlap, samples)
  else {
    bank.long(spectrum, 0, bank.folded)
    const { long, padded } = bank.slopes
    const rise = (info.sequence === longStop ? padded : long)[overlap.shape === 1 ? 1 : 0]
    const fall = (info.sequence === longStart ? padded : long)[info.shape === 1 ? 1 : 0]
    addLongWindow(bank.folded, rise, fall, overlap.samples, samples)
  }
  overlap.shape = info.shape
}

function addLongWindow(
  folded: Float64Array,
  rise: Slope,
  fall: Slope,
  overlap: Float64Array,
  samples: Float32Array,
): void {
  const lines = folded.length
  const half = lines / 2
  for (let low = 0, high = lines - 1; low < half; low++, high--) {
    const first = folded[half + low] ?? 0
    const second = folded[half - 1 - low] ?? 0
    samples[low] = (overlap[low] ?? 0) + (rise[low] ?? 0) * first
    samples[high] = (overlap[high] ?? 0) - (rise[high] ?? 0) * first
    overlap[low] = -(fall[high] ?? 0) * second
    overlap[high] = -(fall[low] ?? 0) * second
  }
}

/** Eight windows in the middle of two frames, each half over the one before. */
function addShortWindows(
  bank: FilterBank,
  info: WindowInfo,
  spectrum: Float64Array,
  overlap: Overlap,
  samples: Float32Array,
): void {
  const { lines, twoFrames, folded, slopes } = bank
  const shortLines = lines / 8
  const fall = slopes.short[info.shape === 1 ? 1 : 0]
  let rise = slopes.short[overlap.shape === 1 ? 1 : 0]
  twoFrames.fill(0)
  for (let window = 0; window < 8; window++) {
    bank.short(spectrum, window * shortLines, folded)
    addShortWindow(folded, rise, fall, twoFrames, (lines - shortLines) / 2 + window * shortLines)
    rise = fall
  }
  for (let index = 0; index < lines; index++) {
    samples[index] = (overlap.samples[index] ?? 0) + (twoFrames[index] ?? 0)
    overlap.samples[index] = twoFrames[lines + index] ?? 0
  }
}

function addShortWindow(
  folded: Float64Array,
  rise: Slope,
  fall: Slope,
  target: Float64Array,
  at: number,
): void {
  const lines = rise.length
  const half = lines / 2
  for (let low = 0, high = lines - 1; low < half; low++, high--) {
    const first = folded[half + low] ?? 0
    const second = folded[half - 1 - low] ?? 0
    target[at + low] = (target[at + low] ?? 0) + (rise[low] ?? 0) * first
    target[at + high] = (target[at + high] ?? 0) - (rise[high] ?? 0) * first
    target[at + lines + low] = -(fall[high] ?? 0) * second
    target[at + lines + high] = -(fall[low] ?? 0) * second
  }
}
