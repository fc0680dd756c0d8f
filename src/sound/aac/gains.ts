/** Powers that decoding multiplies by. */

const least = -512

/** 2^(quarters/4), where quarters are −512 to 511. */
const quarterPowers = Float64Array.from({ length: 1024 }, (_, index) => 2 ** ((index + least) / 4))

/** Scale factors, intensities and energies of noise are steps of 1.5 dB. */
export function gainOf(quarters: number): number {
  return quarterPowers[quarters - least] ?? 0
}

/** The greatest value that a code and its escape can have. */
export const greatestLevel = 8191

/** level^(4/3): what a quantized value stands for (ISO/IEC 14496-3 §4.6.1.3). */
export const levelPowers = Float64Array.from({ length: greatestLevel + 1 }, (_, level) => level ** (4 / 3))
