/** K-weighting (ITU-R BS.1770-5 Annex 1): a shelf for the head, then a high-pass, at any sample rate. */

type KWeighting = {
  shelf: { b0: number; b1: number; b2: number; a1: number; a2: number }
  highPass: { a1: number; a2: number }
}

/** The filter of one channel. */
export type LoudnessFilter = {
  /** Filters the samples, and adds up the squares of what comes out. */
  energy: (samples: Float32Array, from: number, to: number) => number
}

/**
 * BS.1770 has the coefficients for 48 kHz alone. Those of other rates come from the analog filter behind them, through the
 * bilinear transform, with the same constants as in libebur128 and ffmpeg.
 */
export function kWeighting(sampleRate: number): KWeighting {
  const high = Math.tan((Math.PI * warped(1681.974450955533, sampleRate)) / sampleRate)
  const shelfQ = 0.7071752369554196
  const gain = 10 ** (3.999843853973347 / 20)
  const middleGain = gain ** 0.4996667741545416
  const norm = 1 + high / shelfQ + high * high
  const low = Math.tan((Math.PI * 38.13547087602444) / sampleRate)
  const lowQ = 0.5003270373238773
  const lowNorm = 1 + low / lowQ + low * low
  return {
    shelf: {
      b0: (gain + (middleGain * high) / shelfQ + high * high) / norm,
      b1: (2 * (high * high - gain)) / norm,
      b2: (gain - (middleGain * high) / shelfQ + high * high) / norm,
      a1: (2 * (high * high - 1)) / norm,
      a2: (1 - high / shelfQ + high * high) / norm,
    },
    highPass: { a1: (2 * (low * low - 1)) / lowNorm, a2: (1 - low / lowQ + low * low) / lowNorm },
  }
}

/** Below 4 kHz the shelf lies beyond the highest frequency there is, where the filter would not be stable. */
function warped(frequency: number, sampleRate: number): number {
  return Math.min(frequency, 0.49 * sampleRate)
}

/** Below this, what is left in a filter is no sound. Numbers near 1e-308 take the processor a hundred times as long. */
const ALMOST_ZERO = 1e-15

export function createLoudnessFilter({ shelf, highPass }: KWeighting): LoudnessFilter {
  const { b0, b1, b2, a1, a2 } = shelf
  const { a1: c1, a2: c2 } = highPass
  // Both filters in transposed direct form II; the high-pass has the numerator 1, -2, 1.
  let shelf1 = 0
  let shelf2 = 0
  let high1 = 0
  let high2 = 0
  return {
    energy: (samples, from, to) => {
      let sum = 0
      let s1 = shelf1
      let s2 = shelf2
      let h1 = high1
      let h2 = high2
      for (let at = from; at < to; at++) {
        const x = samples[at] ?? 0
        const y = b0 * x + s1
        s1 = b1 * x + s2 - a1 * y
        s2 = b2 * x - a2 * y
        const z = y + h1
        h1 = h2 - 2 * y - c1 * z
        h2 = y - c2 * z
        sum += z * z
      }
      shelf1 = Math.abs(s1) < ALMOST_ZERO ? 0 : s1
      shelf2 = Math.abs(s2) < ALMOST_ZERO ? 0 : s2
      high1 = Math.abs(h1) < ALMOST_ZERO ? 0 : h1
      high2 = Math.abs(h2) < ALMOST_ZERO ? 0 : h2
      return sum
    },
  }
}
