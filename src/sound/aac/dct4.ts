/**
 * The transform of a window, without its symmetric half: a cosine transform of type IV, by a Fourier transform of half as
 * many points. What the standard calls the inverse transform (ISO/IEC 14496-3 §4.6.11.3.1) is its result u, mirrored:
 * with h half of the lines, u[h…], −u[…h] reversed, −u[h…0] reversed, −u[0…h].
 */
import { createFft } from './fft.ts'

/** Reads as many lines as it was made for from `at` on, and writes as many to `result`. */
export type Dct4 = (spectrum: Float64Array, at: number, result: Float64Array) => void

/** Each result is multiplied by `scale`. */
export function createDct4(lines: number, scale: number): Dct4 {
  const points = lines / 2
  const fft = createFft(points)
  const angleOf = (point: number): number => (Math.PI * (8 * point + 1)) / (8 * lines)
  const cosines = Float64Array.from({ length: points }, (_, point) => Math.cos(angleOf(point)))
  const sines = Float64Array.from({ length: points }, (_, point) => Math.sin(angleOf(point)))
  return (spectrum, at, result) => {
    const { re, im, outRe, outIm } = fft
    for (let point = 0, low = at, high = at + lines - 1; point < points; point++, low += 2, high -= 2) {
      const r = spectrum[low] ?? 0
      const i = spectrum[high] ?? 0
      const cos = (cosines[point] ?? 0) * scale
      const sin = (sines[point] ?? 0) * scale
      re[point] = r * cos + i * sin
      im[point] = i * cos - r * sin
    }
    fft.transform()
    for (let point = 0, low = 0, high = lines - 1; point < points; point++, low += 2, high -= 2) {
      const r = outRe[point] ?? 0
      const i = outIm[point] ?? 0
      const cos = cosines[point] ?? 0
      const sin = sines[point] ?? 0
      result[low] = r * cos + i * sin
      result[high] = r * sin - i * cos
    }
  }
}
