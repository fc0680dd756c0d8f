/** A picture of a waveform: a few kB of SVG, without scripts, that stretches to any size. */
import type { Waveform } from './peaks.ts'

const WIDTH = 1200
const MOST_BARS = 300
/** Of a bar; the rest is the space after it. */
const FILLED = 0.75
/** A point of full scale in one direction. */
const HALF_HEIGHT = 128
/** Silence is a thin line. */
const LEAST_HEIGHT = 2
/** Its contrast to white and to black is above 3 (WCAG 2.2, 1.4.11). The style sheet of a page may set another `color`. */
const COLOR = '#2f7fd6'

export function waveformSvg({ data }: Waveform): string {
  const points = data.length / 2
  const bars = Math.max(1, Math.min(points, MOST_BARS))
  const step = WIDTH / bars
  let path = ''
  for (let bar = 0; bar < bars; bar++) {
    const from = Math.floor((bar * points) / bars)
    const to = Math.floor(((bar + 1) * points) / bars)
    path += `M${rounded((bar + 0.5) * step)} ${line(data.subarray(2 * from, 2 * to))}`
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${2 * HALF_HEIGHT}" ` +
    `viewBox="0 0 ${WIDTH} ${2 * HALF_HEIGHT}" preserveAspectRatio="none" role="img" color="${COLOR}">` +
    `<title>Waveform</title>` +
    `<path fill="none" stroke="currentColor" stroke-width="${rounded(FILLED * step)}" d="${path}"/></svg>`
  )
}

/** From the highest value of the points down to the lowest. */
function line(points: Int8Array): string {
  let low = 0
  let high = 0
  for (const value of points) {
    if (value < low) low = value
    if (value > high) high = value
  }
  const missing = Math.max(0, LEAST_HEIGHT - (high - low)) / 2
  return `${HALF_HEIGHT - high - missing}v${high - low + 2 * missing}`
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
