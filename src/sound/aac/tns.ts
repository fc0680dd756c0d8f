/** Temporal noise shaping: filters over the lines of a window (ISO/IEC 14496-3 §4.4.2.7 tns_data, §4.6.9). */
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import type { WindowInfo } from './windowInfo.ts'

/** A short window has at most one filter. */
const maxFilters = 8
const maxOrder = 20
/** No sound has such a line. Filters can resonate so that their results are beyond what a Float32 holds. */
const greatestLine = 2 ** 60

export type Tns = {
  count: number
  /** Of each filter: its window, its bands (from the top down), its order, and whether it goes from the last line down. */
  windows: Uint8Array
  tops: Uint8Array
  bottoms: Uint8Array
  orders: Uint8Array
  areDownward: Uint8Array
  /** Of each filter, `maxOrder` values. */
  coefficients: Float64Array
}

export function createTns(): Tns {
  const windows = new Uint8Array(maxFilters)
  const tops = new Uint8Array(maxFilters)
  const bottoms = new Uint8Array(maxFilters)
  const orders = new Uint8Array(maxFilters)
  const areDownward = new Uint8Array(maxFilters)
  const coefficients = new Float64Array(maxFilters * maxOrder)
  return { count: 0, windows, tops, bottoms, orders, areDownward, coefficients }
}

/** `longOrder` is how many coefficients filters of long windows may have. */
export function readTns(bits: FrameBits, info: WindowInfo, longOrder: number, tns: Tns): void {
  const isShort = info.windows === 8
  tns.count = 0
  for (let window = 0; window < info.windows; window++) {
    const filters = bits.read(isShort ? 1 : 2)
    const resolution = filters > 0 ? 3 + bits.read(1) : 0
    let top = info.bands.count
    for (let filter = 0; filter < filters; filter++) {
      const bottom = Math.max(top - bits.read(isShort ? 4 : 6), 0)
      const order = bits.read(isShort ? 3 : 5)
      if (order > (isShort ? 7 : longOrder)) throw new DamagedFrame('A filter is too long.')
      if (order > 0) readFilter(bits, tns, window, top, bottom, order, resolution)
      top = bottom
    }
  }
}

function readFilter(
  bits: FrameBits,
  tns: Tns,
  window: number,
  top: number,
  bottom: number,
  order: number,
  resolution: number,
): void {
  const filter = tns.count++
  tns.windows[filter] = window
  tns.tops[filter] = top
  tns.bottoms[filter] = bottom
  tns.orders[filter] = order
  tns.areDownward[filter] = bits.read(1)
  const width = resolution - bits.read(1)
  const start = filter * maxOrder
  for (let index = 0; index < order; index++) {
    const value = bits.read(width)
    const signed = value >= 2 ** (width - 1) ? value - 2 ** width : value
    addReflection(tns.coefficients, start, index, reflectionOf(signed, resolution))
  }
}

/** Values are steps of an arc sine. */
function reflectionOf(value: number, resolution: number): number {
  const steps = 2 ** (resolution - 1) + (value >= 0 ? -0.5 : 0.5)
  return Math.sin((value / steps) * (Math.PI / 2))
}

/** From reflections to the coefficients of a recursive filter (Levinson), one more at a time, in place. */
function addReflection(coefficients: Float64Array, start: number, index: number, reflection: number): void {
  for (let low = 0, high = index - 1; low <= high; low++, high--) {
    const lower = coefficients[start + low] ?? 0
    const upper = coefficients[start + high] ?? 0
    coefficients[start + low] = lower + reflection * upper
    coefficients[start + high] = upper + reflection * lower
  }
  coefficients[start + index] = reflection
}

export function applyTns(tns: Tns, info: WindowInfo, spectrum: Float64Array): void {
  const { offsets, count, tnsCount } = info.bands
  const reach = Math.min(tnsCount, info.codedBands)
  for (let filter = 0; filter < tns.count; filter++) {
    const start = (tns.windows[filter] ?? 0) * (offsets[count] ?? 0)
    const from = start + (offsets[Math.min(tns.bottoms[filter] ?? 0, reach)] ?? 0)
    const to = start + (offsets[Math.min(tns.tops[filter] ?? 0, reach)] ?? 0)
    const step = tns.areDownward[filter] === 1 ? -1 : 1
    const coefficientsAt = filter * maxOrder
    const first = step === 1 ? from : to - 1
    filterLines(spectrum, first, to - from, step, tns.coefficients, coefficientsAt, tns.orders[filter] ?? 0)
  }
}

function filterLines(
  spectrum: Float64Array,
  first: number,
  count: number,
  step: number,
  coefficients: Float64Array,
  coefficientsAt: number,
  order: number,
): void {
  for (let index = 0; index < count; index++) {
    const line = first + index * step
    let value = spectrum[line] ?? 0
    const reach = index < order ? index : order
    for (let back = 1; back <= reach; back++) {
      value -= (coefficients[coefficientsAt + back - 1] ?? 0) * (spectrum[line - back * step] ?? 0)
    }
    if (!(Math.abs(value) < greatestLine)) throw new DamagedFrame('A filter resonates.')
    spectrum[line] = value
  }
}
