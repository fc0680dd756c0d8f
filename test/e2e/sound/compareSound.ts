/** How much two decodes of one sound differ. */
import { createDct4 } from '../../../src/sound/aac/dct4.ts'

/** In dB; more than 90 means that only the rounding of single precision differs. */
export function signalToNoise(values: Float32Array, wanted: Float32Array): number {
  let [signal, noise] = [0, 0]
  for (let index = 0; index < wanted.length; index++) {
    signal += wanted[index]! ** 2
    noise += (wanted[index]! - (values[index] ?? 0)) ** 2
  }
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise)
}

const lines = 1024
const bandLines = 64

/** Levels in dB of sixteen bands of the same width, in the whole sound. Silence is −120. */
export function bandLevels(values: Float32Array): number[] {
  const transform = createDct4(lines, 1 / lines)
  const result = new Float64Array(lines)
  const energies = new Float64Array(lines / bandLines)
  for (let at = 0; at + lines <= values.length; at += lines) {
    transform(Float64Array.from(values.subarray(at, at + lines)), 0, result)
    for (const [line, value] of result.entries()) energies[Math.floor(line / bandLines)]! += value ** 2
  }
  return Array.from(energies, (energy) => Math.max(10 * Math.log10(energy), -120))
}
