/**
 * IMA ADPCM in the blocks of WAV (Microsoft, "Multimedia Data Standards Update" 1994) and of QuickTime (Apple TN1081), which
 * are `ima4` in AIFF-C and CAF.
 */
import { type OpenDecoder, Undecodable } from './decoder.ts'
import { type Bits, ImaCodes, lastStep, scale } from './imaCodes.ts'
import { checkChannels, type Planes, plainDecoder } from './plainDecoder.ts'
import { waveSpeakers } from './waveSpeakers.ts'

export const openImaAdpcm: OpenDecoder<'ima-adpcm'> = async (track) => {
  const { channels, coding } = track
  checkChannels(track)
  if (coding.layout === 'quicktime') {
    const codes = new ImaCodes(channels, 4)
    return plainDecoder(track, waveSpeakers(channels), (planes, packet) => {
      expandQuicktime(codes, planes, packet)
    })
  }
  const { blockBytes, bits } = coding
  if (blockBytes < 4 * channels) throw new Undecodable('damaged', `It has blocks of ${blockBytes} bytes.`)
  const codes = new ImaCodes(channels, bits)
  return plainDecoder(track, waveSpeakers(channels), (planes, packet) => {
    expandWave(codes, planes, packet, { blockBytes, bits })
  })
}

type WaveBlocks = { blockBytes: number; bits: Bits }

/** The bytes of codes that each channel has in a block: whole groups, of one word with 4 bits, and three with 3. */
function codeBytes(blockBytes: number, channels: number, bits: Bits): number {
  const groupBytes = bits === 4 ? 4 : 12
  return Math.floor((blockBytes - 4 * channels) / (groupBytes * channels)) * groupBytes
}

/** The samples of a block of WAV, or of the part of one that ends the file: that of the header, and a sample for each code. */
function waveSamples(blockBytes: number, channels: number, bits: Bits): number {
  return blockBytes < 4 * channels ? 0 : 1 + (codeBytes(blockBytes, channels, bits) * 8) / bits
}

/** A header of 4 bytes for each channel, its sample and step, then words of codes for each channel in turn. */
function expandWave(
  codes: ImaCodes,
  planes: Planes,
  packet: Uint8Array,
  { blockBytes, bits }: WaveBlocks,
): void {
  const channels = planes.channels.length
  const perBlock = waveSamples(blockBytes, channels, bits)
  const blocks = Math.floor(packet.byteLength / blockBytes)
  const rest = packet.byteLength - blocks * blockBytes
  planes.resize(blocks * perBlock + waveSamples(rest, channels, bits))
  planes.isDamaged = planes.samples === 0
  for (let at = 0, start = 0; at < planes.samples; at += perBlock, start += blockBytes) {
    const bytes = codeBytes(Math.min(blockBytes, packet.byteLength - start), channels, bits)
    if (!readWaveHeader(codes, packet, start)) {
      planes.silence(at, at + perBlock)
      continue
    }
    for (const [channel, into] of planes.channels.entries()) {
      into[at] = (codes.samples[channel] ?? 0) * scale
      const run = { start: start + 4 * (channels + channel), stride: 4 * channels, bytes }
      codes.expand(channel, packet, run, into, at + 1)
    }
  }
}

/** Whether the header of a block is sound. */
function readWaveHeader({ samples, stepNumbers }: ImaCodes, packet: Uint8Array, start: number): boolean {
  for (let channel = 0, at = start; channel < samples.length; channel++, at += 4) {
    const number = (packet[at + 2] ?? 0) | ((packet[at + 3] ?? 0) << 8)
    if (number > lastStep) return false
    stepNumbers[channel] = number
    samples[channel] = (((packet[at] ?? 0) | ((packet[at + 1] ?? 0) << 8)) << 16) >> 16
  }
  return true
}

/** Bytes of a block of one channel: a header of 2, then 64 codes. */
const quicktimeBytes = 34
const quicktimeSamples = 64

/** Blocks of each channel in turn. */
function expandQuicktime(codes: ImaCodes, planes: Planes, packet: Uint8Array): void {
  const channels = planes.channels.length
  const blocks = Math.floor(packet.byteLength / (quicktimeBytes * channels))
  planes.resize(blocks * quicktimeSamples)
  planes.isDamaged = blocks === 0
  for (let block = 0; block < blocks; block++) {
    const [at, start] = [block * quicktimeSamples, block * quicktimeBytes * channels]
    if (!readQuicktimeHeaders(codes, packet, start)) {
      planes.silence(at, at + quicktimeSamples)
      continue
    }
    for (const [channel, into] of planes.channels.entries()) {
      const run = { start: start + channel * quicktimeBytes + 2, stride: 4, bytes: quicktimeBytes - 2 }
      codes.expand(channel, packet, run, into, at)
    }
  }
}

/**
 * Whether the headers of a block are sound. A header has only the upper 9 bits of a sample. If the last sample has the
 * same, or nearly, the codes go on from there: that is what the encoder did.
 */
function readQuicktimeHeaders(
  { samples, stepNumbers }: ImaCodes,
  packet: Uint8Array,
  start: number,
): boolean {
  for (let channel = 0, at = start; channel < samples.length; channel++, at += quicktimeBytes) {
    const header = ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0)
    const number = header & 0x7f
    if (number > lastStep) return false
    const sample = ((header & 0xff80) << 16) >> 16
    const goesOn = number === stepNumbers[channel] && Math.abs(sample - (samples[channel] ?? 0)) < 128
    if (!goesOn) samples[channel] = sample
    stepNumbers[channel] = number
  }
  return true
}
