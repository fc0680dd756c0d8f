/** Reads an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) as far as the decoder of AAC-LC needs it. Pure. */
import { aacRates } from '../../audio/containers/decoderConfig.ts'
import { Undecodable } from '../decoders/decoder.ts'
import { type ChannelLayout, layoutOf, layoutOfCount, readProgram } from './channelLayout.ts'
import { DamagedFrame, FrameBits } from './frameBits.ts'

export type AacConfig = {
  rateIndex: number
  /** Hz, without the extension of HE-AAC. */
  sampleRate: number
  frameSamples: 1024 | 960
  layout: ChannelLayout
  /** The channels are only counted. The frames may list them. */
  isLayoutGuessed: boolean
  /** Spectral band replication follows, which this decoder leaves out. */
  isCoreOnly: boolean
  isMain: boolean
}

const [main, lowComplexity, bandReplication, parametricStereo] = [1, 2, 5, 29]

/** `channels` are those that the container declares. */
export function readConfig(config: Uint8Array, channels: number): AacConfig {
  try {
    const bits = new FrameBits()
    bits.load(config)
    return readSpecificConfig(bits, channels)
  } catch (error) {
    if (error instanceof DamagedFrame) throw new Undecodable('damaged', error.message)
    throw error
  }
}

function readSpecificConfig(bits: FrameBits, channels: number): AacConfig {
  let type = readObjectType(bits)
  const { index: rateIndex, rate: sampleRate } = readRate(bits)
  const configuration = bits.read(4)
  let isCoreOnly = type === bandReplication || type === parametricStereo
  if (isCoreOnly) {
    readRate(bits)
    type = readObjectType(bits)
  }
  if (type !== lowComplexity && type !== main)
    throw new Undecodable('unsupported', `It is MPEG-4 audio of type ${type}.`)
  const frameSamples = bits.readFlag() ? 960 : 1024
  if (bits.readFlag()) bits.skip(14)
  bits.skip(1)
  const hasProgram = configuration === 0 && bits.left >= minProgramBits
  const layout =
    configuration > 0 ? layoutOf(configuration) : hasProgram ? readProgram(bits) : layoutOfCount(channels)
  if (!layout || layout.speakers.length < 1 || layout.speakers.length > 8) {
    throw new Undecodable('unsupported', `It has channels of configuration ${configuration}.`)
  }
  isCoreOnly ||= findsExtension(bits)
  const isLayoutGuessed = configuration === 0 && !hasProgram
  return { rateIndex, sampleRate, frameSamples, layout, isLayoutGuessed, isCoreOnly, isMain: type === main }
}

/** Those before the elements. What a container makes of an ADTS header ends before them. */
const minProgramBits = 34

function readObjectType(bits: FrameBits): number {
  const type = bits.read(5)
  return type === 31 ? 32 + bits.read(6) : type
}

/** Where another rate than those of the table takes the tables of that rate (Table 4.82). */
const leastRates = [92017, 75132, 55426, 46009, 37566, 27713, 23004, 18783, 13856, 11502, 9391, 0]

function readRate(bits: FrameBits): { index: number; rate: number } {
  const index = bits.read(4)
  if (index === 15) {
    const rate = bits.read(24)
    return { index: leastRates.findIndex((least) => rate >= least), rate }
  }
  const rate = aacRates[index]
  if (rate === undefined) throw new DamagedFrame('Its sample rate is reserved.')
  return { index, rate }
}

/** HE-AAC that old decoders do not see: a mark behind the rest (§1.6.6.1). */
function findsExtension(bits: FrameBits): boolean {
  for (; bits.left >= 17; bits.skip(1)) {
    const word = bits.peek() >>> 15
    if (word >> 6 === 0x2b7 && ((word >> 1) & 31) === bandReplication) return (word & 1) === 1
  }
  return false
}
