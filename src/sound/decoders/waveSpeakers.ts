/** Where the channels of a WAV file come from, if it does not say so: the usual order of so many. */
import type { Speaker } from '../speakers.ts'

const byChannels: Speaker[][] = [
  [],
  ['M'],
  ['L', 'R'],
  ['L', 'R', 'C'],
  ['L', 'R', 'Lb', 'Rb'],
  ['L', 'R', 'C', 'Lb', 'Rb'],
  ['L', 'R', 'C', 'LFE', 'Ls', 'Rs'],
  ['L', 'R', 'C', 'LFE', 'Cb', 'Ls', 'Rs'],
  ['L', 'R', 'C', 'LFE', 'Lb', 'Rb', 'Ls', 'Rs'],
]

export function waveSpeakers(channels: number): Speaker[] {
  return byChannels[channels] ?? Array.from({ length: channels }, () => 'other')
}
