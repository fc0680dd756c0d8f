/**
 * The errors of prediction in an ALAC packet: Golomb codes whose length follows the mean of the errors before, and runs of
 * zeros where the mean is small (Apple, "ALAC reference decoder", `dyn_decomp`).
 */
import type { AlacBits } from './alacBits.ts'

/** How the mean of the errors, in 512ths, follows them. */
export type Adaptation = {
  initialMean: number
  /** The weight of a new error, in 512ths. */
  weight: number
  /** The most bits behind the prefix of a code. */
  maxLength: number
}

/** A greater error resets the mean to this. */
const largestMean = 0xffff
/** Below it, a run of zeros follows. */
const silentMean = 128
/** The longest run that a field can have. Another zero may follow it. */
const longestRun = 0xffff

/** Writes so many errors, of at most `width` bits. Answers whether they are all there. */
export function readErrors(
  bits: AlacBits,
  { initialMean, weight, maxLength }: Adaptation,
  width: number,
  errors: Int32Array,
  samples: number,
): boolean {
  let mean = initialMean
  // The error behind a run of zeros is not 0, so its code is one less.
  let less = 0
  for (let index = 0; index < samples;) {
    if (bits.at >= bits.end) return false
    const value = bits.readGolomb(Math.min(31 - Math.clz32((mean >>> 9) + 3), maxLength), width)
    // The last bit of a code is the sign.
    const code = (value + less) | 0
    errors[index++] = (code >>> 1) ^ -(code & 1)
    mean =
      value > largestMean
        ? largestMean
        : (mean + Math.imul(weight, code) - (Math.imul(weight, mean) >>> 9)) | 0
    less = 0
    if (mean >>> 0 >= silentMean || index === samples) continue
    const length = Math.clz32(mean) - 24 + ((mean + 16) >>> 6)
    const run = bits.readGolomb(Math.min(length, maxLength), 16)
    if (run > samples - index) return false
    for (const end = index + run; index < end; index++) errors[index] = 0
    less = run < longestRun ? 1 : 0
    mean = 0
  }
  return bits.at <= bits.end
}
