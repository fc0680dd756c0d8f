/** Powers that decoding multiplies by. The tables are filled when the first decoder is opened: most isolates never decode. */

const least = -512

/** 2^(quarters/4), where quarters are −512 to 511. */
const quarterPowers = new Float64Array(1024)

/** The greatest value that a code and its escape can have. */
export const greatestLevel = 8191

/** level^(4/3): what a quantized value stands for (ISO/IEC 14496-3 §4.6.1.3). */
export const levelPowers = new Float64Array(greatestLevel + 1)

export function fillGains(): void {
  for (let index = 0; index < quarterPowers.length; index++) quarterPowers[index] = 2 ** ((index + least) / 4)
  for (let level = 0; level <= greatestLevel; level++) levelPowers[level] = level ** (4 / 3)
}

/** Scale factors, intensities and energies of noise are steps of 1.5 dB. */
export function gainOf(quarters: number): number {
  return quarterPowers[quarters - least] ?? 0
}
