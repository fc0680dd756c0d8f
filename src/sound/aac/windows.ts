/** The slopes of windows (ISO/IEC 14496-3 §4.6.11.3.2). */

/** A rise from 0 to 1; what falls is its mirror image. Both together have the power of 1. */
export type Slope = Float64Array

/** By the shape of a window: a sine, or Kaiser-Bessel derived. */
export type Slopes = {
  /** As long as a long window's half. */
  long: [Slope, Slope]
  /** As long as that, too, for long windows beside short ones: zeros, a short slope, ones. */
  padded: [Slope, Slope]
  short: [Slope, Slope]
}

export function createSlopes(lines: number): Slopes {
  const shortLines = lines / 8
  const long: [Slope, Slope] = [sineSlope(lines), kaiserSlope(lines, 4)]
  const short: [Slope, Slope] = [sineSlope(shortLines), kaiserSlope(shortLines, 6)]
  return { long, short, padded: [padded(short[0], lines), padded(short[1], lines)] }
}

function sineSlope(length: number): Slope {
  return Float64Array.from({ length }, (_, index) => Math.sin((Math.PI * (index + 0.5)) / (2 * length)))
}

/** The square root of the running sum of a Kaiser window. */
function kaiserSlope(length: number, alpha: number): Slope {
  const sums: number[] = []
  let sum = 0
  for (let index = 0; index <= length; index++) {
    const fromMiddle = (2 * index) / length - 1
    sums.push((sum += bessel(Math.PI * alpha * Math.sqrt(1 - fromMiddle * fromMiddle))))
  }
  return Float64Array.from(sums.slice(0, length), (part) => Math.sqrt(part / sum))
}

/** The modified Bessel function of the first kind, of order zero, as its series. */
function bessel(x: number): number {
  let term = 1
  let sum = 1
  for (let index = 1; term > sum * Number.EPSILON; index++) {
    term *= (x / (2 * index)) ** 2
    sum += term
  }
  return sum
}

function padded(short: Slope, lines: number): Slope {
  const slope = new Float64Array(lines).fill(1)
  const start = (lines - short.length) / 2
  slope.fill(0, 0, start)
  slope.set(short, start)
  return slope
}
