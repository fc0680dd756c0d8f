/** Where the channels of Vorbis and Opus come from, by their number (Vorbis I §4.3.9, RFC 7845 §5.1.1.2). */
import type { Speaker } from '../speakers.ts'

/** The only surround pair counts as that of ITU-R BS.775, which is at 110°, whether they call it side or rear. */
const layouts: Speaker[][] = [
  ['M'],
  ['L', 'R'],
  ['L', 'C', 'R'],
  ['L', 'R', 'Ls', 'Rs'],
  ['L', 'C', 'R', 'Ls', 'Rs'],
  ['L', 'C', 'R', 'Ls', 'Rs', 'LFE'],
  ['L', 'C', 'R', 'Ls', 'Rs', 'Cb', 'LFE'],
  ['L', 'C', 'R', 'Ls', 'Rs', 'Lb', 'Rb', 'LFE'],
]

/** More than eight have no defined places. */
export function xiphSpeakers(channels: number): Speaker[] {
  return layouts[channels - 1] ?? noSpeakers(channels)
}

export function noSpeakers(channels: number): Speaker[] {
  return Array.from({ length: channels }, () => 'other')
}
