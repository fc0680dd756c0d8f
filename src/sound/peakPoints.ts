/** The points of a waveform while the sound goes on. */

/** At so many, the points are merged in pairs. So there are at least half as many, unless the sound is very short. */
export const MOST_POINTS = 2000

export type Points = {
  /** Where the current point ends, in samples of the sound. */
  nextEnd: () => number
  /** Samples of the current point. */
  widen: (channels: Float32Array[], from: number, to: number) => void
  endPoint: () => void
  finish: () => { samplesPerPixel: number; data: Int8Array }
}

export function createPoints(firstSamplesPerPixel: number): Points {
  const lows = new Float64Array(MOST_POINTS)
  const highs = new Float64Array(MOST_POINTS)
  const current = { low: Infinity, high: -Infinity }
  let samplesPerPixel = firstSamplesPerPixel
  let count = 0

  function push(): void {
    // Where the rate of a track is so low that a point has no sample, the one before goes on.
    const isEmpty = current.low > current.high
    lows[count] = isEmpty ? (lows[count - 1] ?? 0) : current.low
    highs[count] = isEmpty ? (highs[count - 1] ?? 0) : current.high
    count++
    current.low = Infinity
    current.high = -Infinity
  }

  function mergePairs(): void {
    count /= 2
    samplesPerPixel *= 2
    for (let point = 0; point < count; point++) {
      lows[point] = Math.min(lows[2 * point] ?? 0, lows[2 * point + 1] ?? 0)
      highs[point] = Math.max(highs[2 * point] ?? 0, highs[2 * point + 1] ?? 0)
    }
  }

  return {
    nextEnd: () => (count + 1) * samplesPerPixel,
    widen: (channels, from, to) => widen(current, channels, from, to),
    endPoint: () => {
      push()
      if (count === MOST_POINTS) mergePairs()
    },
    finish: () => {
      if (current.low <= current.high) push()
      const data = new Int8Array(2 * count)
      for (let point = 0; point < count; point++) {
        data[2 * point] = to8Bits(lows[point] ?? 0)
        data[2 * point + 1] = to8Bits(highs[point] ?? 0)
      }
      return { samplesPerPixel, data }
    },
  }
}

type Point = { low: number; high: number }

/** The mean of all channels counts. */
function widen(point: Point, channels: Float32Array[], from: number, to: number): void {
  const [left, right] = channels
  if (!left || from === to) return
  if (!right) widenMono(point, left, from, to)
  else if (channels.length === 2) widenStereo(point, left, right, from, to)
  else widenMono(point, mixed(channels, from, to), 0, to - from)
}

function widenMono(point: Point, samples: Float32Array | Float64Array, from: number, to: number): void {
  let { low, high } = point
  for (let at = from; at < to; at++) {
    const value = samples[at] ?? 0
    if (value < low) low = value
    if (value > high) high = value
  }
  point.low = low
  point.high = high
}

function widenStereo(point: Point, left: Float32Array, right: Float32Array, from: number, to: number): void {
  let low = 2 * point.low
  let high = 2 * point.high
  for (let at = from; at < to; at++) {
    const sum = (left[at] ?? 0) + (right[at] ?? 0)
    if (sum < low) low = sum
    if (sum > high) high = sum
  }
  point.low = low / 2
  point.high = high / 2
}

function mixed(channels: Float32Array[], from: number, to: number): Float64Array {
  const mix = new Float64Array(to - from)
  for (const samples of channels) {
    for (let at = from; at < to; at++) mix[at - from] = (mix[at - from] ?? 0) + (samples[at] ?? 0)
  }
  for (let at = 0; at < mix.length; at++) mix[at] = (mix[at] ?? 0) / channels.length
  return mix
}

/** As audiowaveform does it: 16 bits first, rounded towards zero, then the same again for 8 bits. */
function to8Bits(value: number): number {
  const in16Bits = Math.min(Math.max(Math.trunc(value * 32768), -32768), 32767)
  return Math.trunc(in16Bits / 256)
}
