/** Reads ics_info (ISO/IEC 14496-3 Table 4.6): the windows of a channel's frame, and how many of its bands are coded. */
import type { Bands, FrameBands } from './bands.ts'
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import {
  clearPrediction,
  copyPrediction,
  createPrediction,
  type Prediction,
  readPrediction,
} from './prediction.ts'

export const onlyLong = 0
export const longStart = 1
export const eightShort = 2
export const longStop = 3

export type WindowInfo = {
  sequence: number
  /** 0 is a sine, 1 is Kaiser-Bessel derived. */
  shape: number
  windows: 1 | 8
  /** Neighbouring short windows may share their books and scale factors. */
  groups: number
  /** Windows of each group. */
  groupWindows: Uint8Array
  /** How many bands are coded in each group; the lines above are zero. */
  codedBands: number
  bands: Bands
  prediction: Prediction
}

export function createWindowInfo(bands: Bands): WindowInfo {
  const groupWindows = new Uint8Array(8)
  const prediction = createPrediction()
  return {
    sequence: onlyLong,
    shape: 0,
    windows: 1,
    groups: 1,
    groupWindows,
    codedBands: 0,
    bands,
    prediction,
  }
}

export function copyWindowInfo(from: WindowInfo, to: WindowInfo): void {
  to.sequence = from.sequence
  to.shape = from.shape
  to.windows = from.windows
  to.groups = from.groups
  to.groupWindows.set(from.groupWindows)
  to.codedBands = from.codedBands
  to.bands = from.bands
  copyPrediction(from.prediction, to.prediction)
}

export function readWindowInfo(bits: FrameBits, bands: FrameBands, info: WindowInfo): void {
  bits.skip(1)
  info.sequence = bits.read(2)
  info.shape = bits.read(1)
  const isShort = info.sequence === eightShort
  info.windows = isShort ? 8 : 1
  info.bands = isShort ? bands.short : bands.long
  info.codedBands = bits.read(isShort ? 4 : 6)
  if (info.codedBands > info.bands.count) throw new DamagedFrame('It has more bands than there are.')
  info.groups = 1
  info.groupWindows[0] = 1
  clearPrediction(info.prediction)
  if (isShort) readGroups(bits, info)
  else if (bits.readFlag()) {
    if (bands.predicted === 0) throw new DamagedFrame('Its profile has no prediction.')
    readPrediction(bits, Math.min(bands.predicted, info.codedBands), info.prediction)
  }
}

/** A bit for each window after the first one: it belongs to the group before. */
function readGroups(bits: FrameBits, info: WindowInfo): void {
  const grouping = bits.read(7)
  for (let bit = 6; bit >= 0; bit--) {
    if (((grouping >> bit) & 1) === 0) info.groupWindows[info.groups++] = 0
    const last = info.groups - 1
    info.groupWindows[last] = (info.groupWindows[last] ?? 0) + 1
  }
}
