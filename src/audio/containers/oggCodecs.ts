/** The codecs in Ogg: what the first packet of a stream declares, and how many samples each packet has. Pure. */
import { characters, dataView, startsWith, type CheckedView } from './bytes.ts'
import { frameSamples, readStreamInfo, streamInfoBytes } from './flacFrames.ts'
import { opusPacketSamples } from './packets.ts'
import { damaged } from './survey.ts'
import { vorbisPackets } from './vorbisPackets.ts'

export type OggCodec = {
  codec: string
  sampleRate: number
  channels: number
  /** Granule positions count in this rate. */
  granuleRate: number
  /** Samples to drop at the start. */
  preSkip: number
  /** The whole packet that has the comments, and the one that has what packets need to be understood. */
  commentPacket: number
  setupPacket: number | undefined
  /** Bytes before the comments in their packet. */
  commentOffset: number
  readSetup: (packet: Uint8Array) => void
  /** Samples of a packet by its first bytes, and its number in the stream. Called for each packet, in order. */
  packetSamples: (bytes: Uint8Array, index: number) => number
}

const videoSignatures = ['\u0080theora', 'BBCD\0', 'OVP80', '\u0080daala', '\u0001video']
const noSetup = { setupPacket: undefined, readSetup: () => {} }

/** `other` is a stream that describes others, such as Skeleton, or one of an unknown codec. */
export function identifyCodec(packet: Uint8Array): OggCodec | 'video' | 'other' {
  if (startsWith(packet, '\u0001vorbis')) return vorbis(dataView(packet))
  if (startsWith(packet, 'OpusHead')) return opus(dataView(packet))
  if (startsWith(packet, '\u007fFLAC')) return flac(packet)
  if (startsWith(packet, 'Speex   ')) return speex(packet)
  return videoSignatures.some((signature) => startsWith(packet, signature)) ? 'video' : 'other'
}

/** Vorbis I §4.2.2. */
function vorbis(view: CheckedView): OggCodec {
  const sampleRate = view.getUint32(12, true)
  return {
    codec: 'Vorbis I',
    sampleRate,
    channels: view.getUint8(11),
    granuleRate: sampleRate,
    preSkip: 0,
    commentPacket: 1,
    setupPacket: 2,
    commentOffset: 7,
    ...vorbisPackets(view.getUint8(28)),
  }
}

/** RFC 7845 §5.1. Opus always plays at 48 kHz. The rate in the header is that of the encoder's input. */
function opus(view: CheckedView): OggCodec {
  return {
    codec: 'Opus',
    sampleRate: 48000,
    channels: view.getUint8(9),
    granuleRate: 48000,
    preSkip: view.getUint16(10, true),
    commentPacket: 1,
    commentOffset: 8,
    ...noSetup,
    packetSamples: (bytes, index) => (index < 2 ? 0 : opusPacketSamples(bytes)),
  }
}

/** Where the first packet of FLAC has STREAMINFO (RFC 9639 §10.1): behind a packet type, a version, a number of packets and `fLaC`. */
export const flacStreamInfoAt = 17

function flac(packet: Uint8Array): OggCodec {
  const start = flacStreamInfoAt
  if (packet.byteLength < start + streamInfoBytes) throw damaged('Its first packet is cut short.')
  const { sampleRate, channels } = readStreamInfo(packet.subarray(start, start + streamInfoBytes))
  return {
    codec: 'FLAC',
    sampleRate,
    channels,
    granuleRate: sampleRate,
    preSkip: 0,
    commentPacket: 1,
    commentOffset: 4,
    ...noSetup,
    packetSamples: frameSamples,
  }
}

/** The Speex manual, "Ogg file format". Every packet has the same number of samples. */
function speex(packet: Uint8Array): OggCodec {
  const view = dataView(packet)
  const sampleRate = view.getUint32(36, true)
  const version = characters(packet, 8, 20).replace(/\0.*$/s, '')
  const samples = view.getUint32(56, true) * Math.max(1, view.getUint32(64, true))
  const headerPackets = 2 + view.getUint32(68, true)
  return {
    codec: `Speex ${version}`,
    sampleRate,
    channels: view.getUint32(48, true),
    granuleRate: sampleRate,
    preSkip: 0,
    commentPacket: 1,
    commentOffset: 0,
    ...noSetup,
    packetSamples: (bytes, index) => (index < headerPackets || bytes.byteLength === 0 ? 0 : samples),
  }
}
