/** The true peak: the largest magnitude that the sound has at its samples or between them (ITU-R BS.1770-5 Annex 2). */
import { isSameFormat, type SoundFormat } from './speakers.ts'
import { oversampling, PAIRS, TAPS, type MirroredFilter } from './truePeakFilter.ts'

export type TruePeakMeter = {
  /** Other channels, or another rate. */
  begin: (format: SoundFormat) => void
  /** One array for each channel, of finite samples. */
  add: (channels: Float32Array[], from: number, to: number) => void
  /** dBTP; null for digital silence. */
  finish: () => number | null
}

/** Samples that are looked at together. A multiple of `TAPS`. */
const STRETCH = 2048

export function createTruePeakMeter(format: SoundFormat): TruePeakMeter {
  let current = format
  let channels = format.speakers.map(() => createHistory())
  let between = oversampling(format.sampleRate)
  let peak = 0

  /** The sound ends in silence: what its end does to the values before. */
  function end(): void {
    const silence = new Float32Array(TAPS)
    for (const history of channels) peak = history.add(silence, 0, TAPS, between, peak)
  }

  return {
    begin: (next) => {
      if (isSameFormat(current, next)) return
      end()
      current = next
      channels = next.speakers.map(() => createHistory())
      between = oversampling(next.sampleRate)
    },
    add: (sound, from, to) => {
      for (const [index, history] of channels.entries()) {
        const samples = sound[index]
        if (!samples) continue
        for (let at = from; at < to; at += STRETCH) {
          peak = history.add(samples, at, Math.min(to, at + STRETCH), between, peak)
        }
      }
    },
    finish: () => {
      end()
      return peak > 0 ? 20 * Math.log10(peak) : null
    },
  }
}

/** The latest samples of a channel. */
function createHistory() {
  // The last samples of the stretch before, then the stretch.
  const work = new Float32Array(TAPS + STRETCH)
  const bits = new Int32Array(work.buffer)
  const peaks = new Float32Array(work.length / TAPS)
  return {
    /** The larger of `peak` and what is in the samples, and between them and those before. */
    add: (
      samples: Float32Array,
      from: number,
      to: number,
      between: MirroredFilter[],
      peak: number,
    ): number => {
      const end = TAPS + to - from
      work.set(samples.subarray(from, to), TAPS)
      measurePeaks(bits, peaks, end)
      let highest = peak
      for (let block = 0; block * TAPS < end; block++) highest = Math.max(highest, peaks[block] ?? 0)
      highest = highestBetween(work, peaks, end, between, highest)
      work.copyWithin(0, end - TAPS, end)
      return highest
    },
  }
}

const oneFloat = new Float32Array(1)
const itsBits = new Int32Array(oneFloat.buffer)

/** The largest magnitude in each block of `TAPS` samples. Without their sign, floats are in the order of their bits. */
function measurePeaks(bits: Int32Array, peaks: Float32Array, end: number): void {
  for (let start = 0; start < end; start += TAPS) {
    const stop = Math.min(start + TAPS, end)
    let highest = 0
    for (let at = start; at < stop; at++) {
      const magnitude = (bits[at] ?? 0) & 0x7fffffff
      if (magnitude > highest) highest = magnitude
    }
    itsBits[0] = highest
    peaks[start / TAPS] = oneFloat[0] ?? 0
  }
}

/** Leaves out every value that cannot be above the peak, by the largest sample around it: the result is the same. */
function highestBetween(
  work: Float32Array,
  peaks: Float32Array,
  end: number,
  filters: MirroredFilter[],
  peak: number,
): number {
  let highest = peak
  const last = end - TAPS
  for (let start = 0; start <= last; start += TAPS) {
    // What is computed from a block of samples takes some of the next block too.
    const around = Math.max(peaks[start / TAPS] ?? 0, peaks[start / TAPS + 1] ?? 0)
    for (const filter of filters) {
      if (around * filter.gain <= highest) continue
      highest = highestOf(filter, work, start, Math.min(start + TAPS - 1, last), around, highest)
    }
  }
  return highest
}

/**
 * The larger of `peak` and the values in the middle of `TAPS` samples that begin at `first` to `last`. The nearest pairs
 * come first: only if those beyond could lift a value above the peak, it is computed whole.
 */
function highestOf(
  filter: MirroredFilter,
  work: Float32Array,
  first: number,
  last: number,
  around: number,
  peak: number,
): number {
  const { even0: e0, even1: e1, even2: e2, even3: e3, odd0: o0, odd1: o1, odd2: o2, odd3: o3 } = filter.near
  const beyond4 = around * filter.gainBeyond4
  const beyond8 = around * filter.gainBeyond8
  let highest = peak
  // The samples before the middle and after it, the nearest first.
  let b3 = work[first + PAIRS - 4] ?? 0
  let b2 = work[first + PAIRS - 3] ?? 0
  let b1 = work[first + PAIRS - 2] ?? 0
  let b0 = work[first + PAIRS - 1] ?? 0
  let a0 = work[first + PAIRS] ?? 0
  let a1 = work[first + PAIRS + 1] ?? 0
  let a2 = work[first + PAIRS + 2] ?? 0
  for (let middle = first + PAIRS; middle <= last + PAIRS; middle++) {
    const a3 = work[middle + 3] ?? 0
    const even = e0 * (b0 + a0) + e1 * (b1 + a1) + (e2 * (b2 + a2) + e3 * (b3 + a3))
    const odd = o0 * (b0 - a0) + o1 * (b1 - a1) + (o2 * (b2 - a2) + o3 * (b3 - a3))
    if (Math.abs(even) + Math.abs(odd) + beyond4 > highest) {
      highest = Math.max(highest, magnitudeAt(filter, work, middle, even, odd, highest - beyond8))
    }
    b3 = b2
    b2 = b1
    b1 = b0
    b0 = a0
    a0 = a1
    a1 = a2
    a2 = a3
  }
  return highest
}

/**
 * The magnitude of the value whose nearest 4 pairs make `nearEven` and `nearOdd`; 0 if the nearest 8 make no more than
 * `atLeast`.
 */
function magnitudeAt(
  { even, odd }: MirroredFilter,
  work: Float32Array,
  middle: number,
  nearEven: number,
  nearOdd: number,
  atLeast: number,
): number {
  let evenSum = nearEven
  let oddSum = nearOdd
  for (let pair = 4; pair < PAIRS; pair += 4) {
    for (let next = pair; next < pair + 4; next++) {
      const before = work[middle - 1 - next] ?? 0
      const after = work[middle + next] ?? 0
      evenSum += (even[next] ?? 0) * (before + after)
      oddSum += (odd[next] ?? 0) * (before - after)
    }
    if (pair === 4 && Math.abs(evenSum) + Math.abs(oddSum) <= atLeast) return 0
  }
  return Math.abs(evenSum) + Math.abs(oddSum)
}
