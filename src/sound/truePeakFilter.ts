/** The filters that compute what lies between samples. */

/** Samples that a value between two samples is computed from: 16 on each side. */
export const TAPS = 32
export const PAIRS = TAPS / 2
/**
 * The values at a place between two samples, and at its mirror image. With the sums and the differences of the two samples
 * that are equally far from the middle, they are `even · sums ± odd · differences`: the larger magnitude of the two is
 * `|even · sums| + |odd · differences|`.
 */
export type MirroredFilter = {
  even: Float64Array
  odd: Float64Array
  /** No value is larger than the largest sample around it times this. */
  gain: number
  /** The same, for what pairs add that are not the nearest 4, or not the nearest 8. */
  gainBeyond4: number
  gainBeyond8: number
  /** The weights of the nearest 4 pairs, under names: a loop has them at hand. */
  near: Record<`${'even' | 'odd'}${0 | 1 | 2 | 3}`, number>
}

/**
 * As many values as ffmpeg has, which resamples to 192 kHz: four for each sample at 48 kHz, as BS.1770-5 Annex 2 asks for, and
 * none at 192 kHz or more.
 */
export function oversampling(sampleRate: number): MirroredFilter[] {
  const factor = Math.min(Math.ceil(192_000 / sampleRate), 24)
  const places = Array.from({ length: Math.floor(factor / 2) }, (_, index) => (index + 1) / factor)
  return places.map((place) => mirroredFilter(tapsAt(place)))
}

/** The weights of 16 samples before the place and 16 after it: a sinc in the window that ffmpeg's resampler has by default. */
function tapsAt(place: number): Float64Array {
  const taps = Float64Array.from({ length: TAPS }, (_, tap) => {
    const distance = tap - (PAIRS - 1) - place
    const sinc = Math.sin(Math.PI * distance) / (Math.PI * distance)
    return sinc * bessel(9 * Math.sqrt(Math.max(0, 1 - (distance / PAIRS) ** 2)))
  })
  const sum = taps.reduce((total, tap) => total + tap)
  return taps.map((tap) => tap / sum)
}

/** The modified Bessel function of the first kind and order 0, of which the Kaiser window is made. */
function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

/** Pair 0 is the two taps in the middle. */
function mirroredFilter(taps: Float64Array): MirroredFilter {
  const pairs = Array.from({ length: PAIRS }, (_, pair): [number, number] => [
    taps[PAIRS - 1 - pair] ?? 0,
    taps[PAIRS + pair] ?? 0,
  ])
  const even = Float64Array.from(pairs, ([before, after]) => (before + after) / 2)
  const odd = Float64Array.from(pairs, ([before, after]) => (before - after) / 2)
  const [even0 = 0, even1 = 0, even2 = 0, even3 = 0] = even
  const [odd0 = 0, odd1 = 0, odd2 = 0, odd3 = 0] = odd
  return {
    even,
    odd,
    gain: gainFrom(0, pairs),
    gainBeyond4: gainFrom(4, pairs),
    gainBeyond8: gainFrom(8, pairs),
    near: { even0, even1, even2, even3, odd0, odd1, odd2, odd3 },
  }
}

function gainFrom(firstPair: number, pairs: [number, number][]): number {
  return pairs.slice(firstPair).reduce((sum, [before, after]) => sum + Math.abs(before) + Math.abs(after), 0)
}
