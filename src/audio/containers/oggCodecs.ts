/** The codec of an Ogg stream, by its first packet. Pure. */
import { characters, dataView, startsWith } from './bytes.ts'
import { readStreamInfo, streamInfoBytes } from './flac.ts'
import { damaged } from './survey.ts'

export type OggCodec = {
  codec: string
  sampleRate: number
  channels: number
  /** Granule positions count in this rate. */
  granuleRate: number
  /** Samples to drop at the start. */
  preSkip: number
  /** No packet has more, which checks the granule positions. */
  maxPacketSamples: number
  /** Bytes before the comments in the second packet. */
  commentOffset: number
}

/** Opus has 120 ms at most (RFC 6716 §3.2), Vorbis half its longest block (Vorbis I §4.2.2), here doubled. */
const maxSamples = { opus: 5760, vorbis: 8192, flac: 65535, speex: 6400 }
const videoSignatures = ['\u0080theora', 'BBCD\0', 'OVP80', '\u0080daala', '\u0001video']

/** `other` is a stream that describes others, such as Skeleton, or one of an unknown codec. */
export function identifyCodec(packet: Uint8Array): OggCodec | 'video' | 'other' {
  if (startsWith(packet, '\u0001vorbis')) return vorbis(dataView(packet))
  if (startsWith(packet, 'OpusHead')) return opus(dataView(packet))
  if (startsWith(packet, '\u007fFLAC')) return flac(packet)
  if (startsWith(packet, 'Speex   ')) return speex(packet)
  return videoSignatures.some((signature) => startsWith(packet, signature)) ? 'video' : 'other'
}

/** Vorbis I §4.2.2. */
function vorbis(view: DataView): OggCodec {
  const sampleRate = view.getUint32(12, true)
  return {
    codec: 'Vorbis I',
    sampleRate,
    channels: view.getUint8(11),
    granuleRate: sampleRate,
    preSkip: 0,
    maxPacketSamples: maxSamples.vorbis,
    commentOffset: 7,
  }
}

/** RFC 7845 §5.1. Opus always plays at 48 kHz. The rate in the header is that of the encoder's input. */
function opus(view: DataView): OggCodec {
  return {
    codec: 'Opus',
    sampleRate: 48000,
    channels: view.getUint8(9),
    granuleRate: 48000,
    preSkip: view.getUint16(10, true),
    maxPacketSamples: maxSamples.opus,
    commentOffset: 8,
  }
}

/** RFC 9639 §10.1: a packet type, a version, a number of packets, then `fLaC` and STREAMINFO. */
function flac(packet: Uint8Array): OggCodec {
  const start = 17
  if (packet.byteLength < start + streamInfoBytes) throw damaged('Its first packet is cut short.')
  const { sampleRate, channels } = readStreamInfo(packet.subarray(start, start + streamInfoBytes))
  const granuleRate = sampleRate
  const maxPacketSamples = maxSamples.flac
  return { codec: 'FLAC', sampleRate, channels, granuleRate, preSkip: 0, maxPacketSamples, commentOffset: 4 }
}

/** The Speex manual, "Ogg file format". */
function speex(packet: Uint8Array): OggCodec {
  const view = dataView(packet)
  const sampleRate = view.getUint32(36, true)
  const version = characters(packet, 8, 20).replace(/\0.*$/s, '')
  return {
    codec: `Speex ${version}`,
    sampleRate,
    channels: view.getUint32(48, true),
    granuleRate: sampleRate,
    preSkip: 0,
    maxPacketSamples: maxSamples.speex,
    commentOffset: 0,
  }
}
