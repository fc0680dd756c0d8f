/**
 * What a decoder is configured with, in MP4, QuickTime, CAF and Matroska. It says what plays. The fields of a sample entry
 * around it often do not: many writers put 2 channels there, whatever is inside. Pure.
 */
import { BitReader, bytesOf, dataView } from './bytes.ts'
import { opusHeadOf, vorbisCoding } from './decoderHeaders.ts'
import { readStreamInfo, streamInfoBytes } from './flacFrames.ts'
import type { Coding } from './sound.ts'

/** Undefined where the configuration leaves it to another place. */
export type DecoderConfig = {
  codec: string
  channels?: number | undefined
  sampleRate?: number | undefined
  /** Undefined where nothing here decodes it. */
  decoded?: Decoded | undefined
}

/** What a decoder must know, and what it gives: without SBR and PS, which double the rate and the channels of AAC. */
export type Decoded = {
  coding: Coding
  channels?: number | undefined
  sampleRate?: number | undefined
}

/** Object types (ISO/IEC 14496-1 Table 5, and the registration authority's list). */
const aacTypes = new Set([0x40, 0x66, 0x67, 0x68])
const mpegTypes = new Set([0x69, 0x6b])
const otherTypes: Record<number, string> = {
  0xa5: 'AC-3',
  0xa6: 'E-AC-3',
  0xa9: 'DTS',
  0xad: 'Opus',
  0xe1: 'QCELP',
}

/** The descriptors of `esds` (ISO/IEC 14496-1 §7.2.6). `mpeg` means that only the frames know: MP3, MP2 or MP1. */
export function readDescriptors(bytes: Uint8Array): DecoderConfig | 'mpeg' | undefined {
  const stream = descriptor(bytes, 0, 0x03)
  if (!stream) return undefined
  const flags = stream[2] ?? 0
  // A stream it depends on, a URL, and a clock's stream may come first.
  const urlAt = 3 + (flags & 0x80 ? 2 : 0)
  const at = urlAt + (flags & 0x40 ? 1 + (stream[urlAt] ?? 0) : 0) + (flags & 0x20 ? 2 : 0)
  const decoder = descriptor(stream, at, 0x04)
  const type = decoder?.[0]
  if (!decoder || type === undefined) return undefined
  if (mpegTypes.has(type)) return 'mpeg'
  const specific = descriptor(decoder, 13, 0x05) ?? new Uint8Array()
  if (type === 0xdd) return readVorbis(specific)
  if (aacTypes.has(type)) return readAudioSpecificConfig(specific)
  return { codec: otherTypes[type] ?? `MPEG-4 object type ${type}` }
}

/** The payload of the descriptor at `at`, if it has this tag. Its length has seven bits in each byte. */
function descriptor(bytes: Uint8Array, at: number, tag: number): Uint8Array | undefined {
  if (bytes[at] !== tag) return undefined
  let length = 0
  for (let index = at + 1; index < at + 5; index++) {
    const byte = bytes[index] ?? 0
    length = (length << 7) | (byte & 0x7f)
    if (byte < 0x80) return bytes.subarray(index + 1, index + 1 + length)
  }
  return undefined
}

/** By index, in an AudioSpecificConfig and in ADTS (ISO/IEC 14496-3 Table 1.18). */
export const aacRates = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
]
/** By channel configuration (ISO/IEC 14496-3 Table 1.19, and 23001-8). */
const aacChannels = [undefined, 1, 2, 3, 4, 5, 6, 8, undefined, 3, 4, 7, 8, 24, 8]

/** A configuration with all its channels one by one is shorter. */
const maxConfigBytes = 128

/** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). With SBR the sound has another rate, with PS two channels. */
export function readAudioSpecificConfig(bytes: Uint8Array): DecoderConfig {
  if (bytes.byteLength < 2) return { codec: 'MPEG-4/AAC' }
  const bits = new BitReader(bytes.subarray(0, maxConfigBytes))
  const declared = readObjectType(bits)
  const ownRate = readRate(bits)
  const configuration = bits.read(4)
  const coding = { codec: 'aac', config: bytes.slice(0, maxConfigBytes) } as const
  if (declared === 5 || declared === 29) {
    const sampleRate = readRate(bits)
    readObjectType(bits)
    const core = aacChannels[configuration]
    const decoded = { coding, channels: core, sampleRate: ownRate }
    return declared === 29
      ? { codec: 'MPEG-4/HE-AACv2', channels: 2, sampleRate, decoded }
      : { codec: 'MPEG-4/HE-AAC', channels: core, sampleRate, decoded }
  }
  // AAC Main, LC, SSR, LTP, scalable and low delay begin alike (§4.4.1).
  const isGeneral = [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23].includes(declared)
  const channels = configuration === 0 && isGeneral ? readProgramConfig(bits) : aacChannels[configuration]
  const variant = { 23: 'AAC LD', 39: 'AAC ELD', 42: 'xHE-AAC' }[declared]
  const decoded = { coding, channels, sampleRate: ownRate }
  if (variant) return { codec: `MPEG-4/${variant}`, channels, sampleRate: ownRate, decoded }
  const plain = { codec: 'MPEG-4/AAC', channels, sampleRate: ownRate }
  return { ...(readExtension(bits, channels) ?? plain), decoded }
}

/** SBR and PS behind the rest, where old decoders do not see them (§1.6.6.1). */
function readExtension(bits: BitReader, channels: number | undefined): DecoderConfig | undefined {
  for (; bits.left >= 16; bits.read(1)) {
    const at = bits.clone()
    if (at.read(11) !== 0x2b7 || at.left < 10 || readObjectType(at) !== 5 || at.read(1) !== 1) continue
    const sampleRate = readRate(at)
    const isStereo = at.left >= 12 && at.read(11) === 0x548 && at.read(1) === 1
    return isStereo
      ? { codec: 'MPEG-4/HE-AACv2', channels: 2, sampleRate }
      : { codec: 'MPEG-4/HE-AAC', channels, sampleRate }
  }
  return undefined
}

function readObjectType(bits: BitReader): number {
  const type = bits.read(5)
  return type === 31 ? 32 + bits.read(6) : type
}

function readRate(bits: BitReader): number | undefined {
  const index = bits.read(4)
  return index === 15 ? bits.read(24) : aacRates[index]
}

/** GASpecificConfig with a program_config_element (§4.4.1.1), which lists the channels one by one. */
function readProgramConfig(bits: BitReader): number {
  bits.read(1)
  if (bits.read(1) === 1) bits.read(14)
  bits.read(1)
  bits.read(4 + 2 + 4)
  const [front, side, back, low] = [bits.read(4), bits.read(4), bits.read(4), bits.read(2)]
  bits.read(3 + 4)
  for (const length of [4, 4, 3]) if (bits.read(1) === 1) bits.read(length)
  let channels = low
  for (let element = 0; element < front + side + back; element++) {
    channels += bits.read(1) + 1
    bits.read(4)
  }
  return channels
}

const alacConfigBytes = 24

/** ALACSpecificConfig (Apple, "ALAC Magic Cookie Description"). */
export function readAlac(bytes: Uint8Array): DecoderConfig {
  const view = dataView(bytes)
  const facts = { channels: view.getUint8(9), sampleRate: view.getUint32(20) }
  const decoded = { coding: { codec: 'alac', config: bytes.slice(0, alacConfigBytes) } as const, ...facts }
  return { codec: 'ALAC', ...facts, decoded }
}

/** `dOps` ("Encapsulation of Opus in ISO Base Media File Format" §4.3.2). Opus always plays at 48 kHz. */
export function readOpus(bytes: Uint8Array): DecoderConfig {
  const facts = { channels: dataView(bytes).getUint8(1), sampleRate: 48000 }
  return {
    codec: 'Opus',
    ...facts,
    decoded: { coding: { codec: 'opus', head: opusHeadOf(bytes) }, ...facts },
  }
}

/** `dfLa` ("Encapsulation of FLAC in ISO Base Media File Format" §3.3.2): metadata blocks, STREAMINFO first. */
export function readFlac(bytes: Uint8Array): DecoderConfig {
  const streamInfo = bytes.slice(flacBlockAt, flacBlockAt + streamInfoBytes)
  const { channels, sampleRate } = readStreamInfo(streamInfo)
  return {
    codec: 'FLAC',
    channels,
    sampleRate,
    decoded: { coding: { codec: 'flac', streamInfo }, channels, sampleRate },
  }
}

/** Behind version, flags and the header of a block in `dfLa`; behind `fLaC` and that header in Matroska. */
const flacBlockAt = 8

/** The headers of Vorbis, joined. The first one has what matters (Vorbis I §4.2.2). */
export function readVorbis(bytes: Uint8Array): DecoderConfig {
  const mark = bytesOf('\u0001vorbis')
  const at = bytes.findIndex((_, start) => mark.every((byte, index) => bytes[start + index] === byte))
  if (at === -1) return { codec: 'Vorbis' }
  const view = dataView(bytes.subarray(at))
  const facts = { channels: view.getUint8(11), sampleRate: view.getUint32(12, true) }
  const coding = vorbisCoding(bytes)
  return { codec: 'Vorbis', ...facts, decoded: coding && { coding, ...facts } }
}
