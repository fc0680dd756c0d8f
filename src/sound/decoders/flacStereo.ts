/** Two channels of FLAC, one of which may be subtracted from the other (RFC 9639 §4.2). Pure. */
import type { FlacSamples } from './flacSubframe.ts'

/** Assignments of channels. Those below are of independent ones. */
const leftAndSide = 8
const sideAndRight = 9
const midAndSide = 10

/** The difference of two channels has a bit more than they. */
export function isSide(assignment: number, channel: number): boolean {
  if (assignment === sideAndRight) return channel === 0
  return channel === 1 && (assignment === leftAndSide || assignment === midAndSide)
}

/** Makes left and right, in their place. */
export function decorrelate(
  assignment: number,
  first: FlacSamples,
  second: FlacSamples,
  length: number,
): void {
  if (assignment === leftAndSide) {
    for (let at = 0; at < length; at++) second[at] = (first[at] ?? 0) - (second[at] ?? 0)
  } else if (assignment === sideAndRight) {
    for (let at = 0; at < length; at++) first[at] = (first[at] ?? 0) + (second[at] ?? 0)
  } else if (assignment === midAndSide) {
    for (let at = 0; at < length; at++) {
      const side = second[at] ?? 0
      // Half of their sum, rounded down, and so half of their difference is rounded up.
      const left = (first[at] ?? 0) + Math.ceil(side / 2)
      first[at] = left
      second[at] = left - side
    }
  }
}
