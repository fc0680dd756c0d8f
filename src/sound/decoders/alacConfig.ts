/** ALACSpecificConfig (Apple, "ALAC Magic Cookie Description"). Pure. */
import type { Speaker } from '../speakers.ts'
import { Undecodable } from './decoder.ts'

export type AlacConfig = {
  /** Of a packet, unless it says that it has fewer. */
  frameSamples: number
  /** Of a sample. */
  bits: number
  /** How lengths of codes adapt, as in `Adaptation`. */
  initialMean: number
  weight: number
  maxLength: number
  speakers: Speaker[]
}

const configBytes = 24
/** Encoders write 4096, and at most 16,384. Memory follows it. */
const maxFrameSamples = 65_536

/** By number of channels, in the order in which they come. */
const layouts: Speaker[][] = [
  [],
  ['M'],
  ['L', 'R'],
  ['C', 'L', 'R'],
  ['C', 'L', 'R', 'Cb'],
  ['C', 'L', 'R', 'Ls', 'Rs'],
  ['C', 'L', 'R', 'Ls', 'Rs', 'LFE'],
  ['C', 'L', 'R', 'Ls', 'Rs', 'Cb', 'LFE'],
  ['C', 'Lc', 'Rc', 'L', 'R', 'Ls', 'Rs', 'LFE'],
]

export function readAlacConfig(bytes: Uint8Array): AlacConfig {
  if (bytes.byteLength < configBytes) throw new Undecodable('damaged', 'Its ALAC configuration is cut short.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [frameSamples, version, bits] = [view.getUint32(0), view.getUint8(4), view.getUint8(5)]
  const [weight, initialMean, maxLength] = [view.getUint8(6), view.getUint8(7), view.getUint8(8)]
  const channels = view.getUint8(9)
  const speakers = layouts[channels]
  if (frameSamples === 0 || channels === 0 || maxLength === 0) {
    throw new Undecodable('damaged', 'Its ALAC configuration is impossible.')
  }
  if (version !== 0 || ![16, 20, 24, 32].includes(bits) || !speakers || frameSamples > maxFrameSamples) {
    throw new Undecodable('unsupported', `It has ALAC ${version}, ${channels} channels of ${bits} bits.`)
  }
  return { frameSamples, bits, initialMean, weight, maxLength, speakers }
}
