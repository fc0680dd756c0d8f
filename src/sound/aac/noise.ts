/** Fills bands with noise of a given level: perceptual noise substitution (ISO/IEC 14496-3 §4.6.13). */

/**
 * A generator of 32-bit numbers (Numerical Recipes' `ranqd1`). The standard leaves the numbers open; these, from this start, are
 * those of another decoder, so that what comes out can be compared.
 */
export type Noise = { last: number }

export function createNoise(): Noise {
  return { last: 0x1f2e3d4c }
}

/** The energy of the lines together is that of one line with this gain. */
export function fillWithNoise(
  noise: Noise,
  spectrum: Float64Array,
  from: number,
  to: number,
  gain: number,
): void {
  let energy = 0
  let { last } = noise
  for (let line = from; line < to; line++) {
    last = (Math.imul(last, 1664525) + 1013904223) | 0
    spectrum[line] = last
    energy += last * last
  }
  noise.last = last
  const scale = energy > 0 ? gain / Math.sqrt(energy) : 0
  for (let line = from; line < to; line++) spectrum[line] = (spectrum[line] ?? 0) * scale
}
