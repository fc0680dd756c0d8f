/** The gates of loudness: which blocks of sound count. A histogram keeps the blocks, so a day takes no more memory than a second. */

const LOWEST_LUFS = -70
const HIGHEST_LUFS = 10
const BINS_PER_LU = 100
const BINS = (HIGHEST_LUFS - LOWEST_LUFS) * BINS_PER_LU

/** The power that sounds as loud as so many LUFS: the mean square of K-weighted samples. */
export function loudnessOf(power: number): number {
  return 10 * Math.log10(power) - 0.691
}

/** Blocks above the absolute gate of -70 LUFS. A relative gate errs by at most the width of a bin, 0.01 LU. */
export type LoudnessGate = {
  add: (power: number) => void
  /** The loudness of the blocks above the relative gate together (BS.1770-5); null if there are none. */
  mean: (relativeGateLu: number) => number | null
  /** From the quietest tenth to the loudest twentieth of the blocks above the relative gate (EBU Tech 3342); null if there are none. */
  range: (relativeGateLu: number) => number | null
}

export function createLoudnessGate(): LoudnessGate {
  const histogram = { counts: new Uint32Array(BINS), powers: new Float64Array(BINS) }
  return {
    add: (power) => {
      const loudness = loudnessOf(power)
      if (loudness < LOWEST_LUFS) return
      const bin = binOf(loudness)
      histogram.counts[bin] = (histogram.counts[bin] ?? 0) + 1
      histogram.powers[bin] = (histogram.powers[bin] ?? 0) + power
    },
    mean: (relativeGateLu) => {
      const kept = aboveGate(histogram, relativeGateLu)
      return kept && loudnessOf(kept.power / kept.count)
    },
    range: (relativeGateLu) => {
      const kept = aboveGate(histogram, relativeGateLu)
      if (!kept) return null
      const rank = (share: number) => Math.round((kept.count - 1) * share)
      return ranked(histogram, kept.first, rank(0.95)) - ranked(histogram, kept.first, rank(0.1))
    },
  }
}

/** Beside the number of blocks in each bin, the sum of their powers: what is computed from a bin is not rounded to its middle. */
type Histogram = { counts: Uint32Array; powers: Float64Array }

/** Louder than +10 LUFS is beyond full scale: the highest bin takes it. */
function binOf(loudness: number): number {
  return Math.min(Math.max(Math.floor((loudness - LOWEST_LUFS) * BINS_PER_LU), 0), BINS - 1)
}

function sumFrom({ counts, powers }: Histogram, first: number): { count: number; power: number } {
  let count = 0
  let power = 0
  for (let bin = first; bin < BINS; bin++) {
    count += counts[bin] ?? 0
    power += powers[bin] ?? 0
  }
  return { count, power }
}

/** The first bin above the relative gate, and the sum of that bin and those above it. */
function aboveGate(histogram: Histogram, relativeGateLu: number) {
  const all = sumFrom(histogram, 0)
  if (all.count === 0) return null
  const first = binOf(loudnessOf(all.power / all.count) + relativeGateLu)
  return { first, ...sumFrom(histogram, first) }
}

/** The loudness of the block that has `rank` quieter ones in the bins from `first` on. */
function ranked({ counts, powers }: Histogram, first: number, rank: number): number {
  let bin = first
  let quieter = counts[bin] ?? 0
  while (quieter <= rank) quieter += counts[++bin] ?? 0
  return loudnessOf((powers[bin] ?? 0) / (counts[bin] ?? 1))
}
