/** Pulses: up to four lines whose levels are greater than what their books hold (ISO/IEC 14496-3 §4.4.2.7 pulse_data, §4.6.3.3). */
import { DamagedFrame, type FrameBits } from './frameBits.ts'
import { greatestLevel, levelPowers } from './gains.ts'
import { type BandInfo, noiseBook, zeroBook } from './sections.ts'
import type { WindowInfo } from './windowInfo.ts'

export type Pulses = { count: number; lines: Uint16Array; amplitudes: Uint8Array }

export function createPulses(): Pulses {
  return { count: 0, lines: new Uint16Array(4), amplitudes: new Uint8Array(4) }
}

export function readPulses(bits: FrameBits, info: WindowInfo, pulses: Pulses): void {
  if (info.windows !== 1) throw new DamagedFrame('Short windows have no pulses.')
  const count = bits.read(2) + 1
  const { offsets } = info.bands
  const band = bits.read(6)
  if (band >= info.bands.count) throw new DamagedFrame('A pulse is beyond the lines.')
  let line = offsets[band] ?? 0
  for (let pulse = 0; pulse < count; pulse++) {
    line += bits.read(5)
    if (line >= (offsets[info.bands.count] ?? 0)) throw new DamagedFrame('A pulse is beyond the lines.')
    pulses.lines[pulse] = line
    pulses.amplitudes[pulse] = bits.read(4)
  }
  pulses.count = count
}

/** Lines are multiplied already, so the level of each is found again from its line. */
export function addPulses(pulses: Pulses, info: WindowInfo, bands: BandInfo, spectrum: Float64Array): void {
  for (let pulse = 0; pulse < pulses.count; pulse++) {
    const line = pulses.lines[pulse] ?? 0
    let band = 0
    while (band < info.codedBands && line >= (info.bands.offsets[band + 1] ?? 0)) band++
    const book = band < info.codedBands ? (bands.books[band] ?? 0) : zeroBook
    const gain = bands.gains[band] ?? 0
    if (book === zeroBook || book >= noiseBook || gain === 0) continue
    const scaled = (spectrum[line] ?? 0) / gain
    const level = Math.round(Math.abs(scaled) ** 0.75) + (pulses.amplitudes[pulse] ?? 0)
    const size = (levelPowers[Math.min(level, greatestLevel)] ?? 0) * gain
    // The standard subtracts where the level is 0.
    spectrum[line] = scaled > 0 ? size : -size
  }
}
