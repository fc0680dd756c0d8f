/**
 * Apple Lossless, as Apple's reference decoder reads it. A packet has elements of one or two channels, in the order of the
 * loudspeakers, and then an end.
 */
import { AlacBits } from './alacBits.ts'
import { readAlacConfig } from './alacConfig.ts'
import { AlacElements } from './alacElements.ts'
import type { OpenDecoder } from './decoder.ts'
import { type Planes, plainDecoder } from './plainDecoder.ts'

/** The channels in an element, by its tag: one, two, and one of low frequencies. */
const elementChannels: Record<number, number> = { 0: 1, 1: 2, 3: 1 }
const dataTag = 4
const fillTag = 6

export const openAlac: OpenDecoder<'alac'> = async (track) => {
  const config = readAlacConfig(track.coding.config)
  const bits = new AlacBits()
  const elements = new AlacElements(config, bits)
  return plainDecoder(track, config.speakers, (planes, packet) => {
    bits.load(packet)
    planes.resize(config.frameSamples)
    const samples = decodePacket(bits, elements, planes)
    if (samples === undefined) planes.silence(0, planes.samples)
    else planes.samples = samples
  })
}

/** The samples of each channel; undefined if the packet is damaged, or has fewer channels. */
function decodePacket(bits: AlacBits, elements: AlacElements, planes: Planes): number | undefined {
  let samples: number | undefined
  for (let channel = 0; channel < planes.channels.length;) {
    if (bits.at >= bits.end) return undefined
    const tag = bits.read(3)
    const count = elementChannels[tag]
    if (count === undefined) {
      if (tag === dataTag) skipData(bits)
      else if (tag === fillTag) skipFill(bits)
      else return undefined
      continue
    }
    const decoded = elements.decode(planes.channels, channel, count)
    if (decoded === undefined || (samples !== undefined && decoded !== samples)) return undefined
    samples = decoded
    channel += count
  }
  return samples
}

/** Bytes that are not sound. */
function skipData(bits: AlacBits): void {
  bits.read(4)
  const isAligned = bits.read(1) === 1
  const count = bits.read(8)
  const bytes = count === 255 ? count + bits.read(8) : count
  if (isAligned) bits.at = Math.ceil(bits.at / 8) * 8
  bits.at += bytes * 8
}

function skipFill(bits: AlacBits): void {
  const count = bits.read(4)
  bits.at += 8 * (count === 15 ? count + bits.read(8) - 1 : count)
}
