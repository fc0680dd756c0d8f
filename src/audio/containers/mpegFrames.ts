/** The header of a frame of MPEG audio or ADTS. Pure. */
import { aacRates } from './decoderConfig.ts'

export type FrameHeader = {
  contentType: 'audio/mpeg' | 'audio/aac'
  codec: string
  /** Bytes of the whole frame. */
  length: number
  /** Per channel. */
  samples: number
  sampleRate: number
  /** Null where the audio data declares it, not the header. */
  channels: number | null
  /** Null for ADTS, whose frames vary in length. */
  bitrate: number | null
  /** Bytes from the start of the frame to a Xing or Info header, in the frame that may have one. */
  infoOffset: number
}

/** The bytes of a header that are read. */
export const frameHeaderBytes = 7
/**
 * The header at `at`: of an MPEG audio frame (ISO/IEC 11172-3 §2.4.2.3, 13818-3) or an ADTS frame (13818-7 §6.2).
 * Undefined if there is none, or if its bit rate is "free", which no browser plays.
 */
export function readFrameHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const second = bytes[at + 1] ?? 0
  if (bytes[at] !== 0xff || second < 0xe0 || at + frameHeaderBytes > bytes.byteLength) return undefined
  return (second & 0xf6) === 0xf0 ? readAdtsHeader(bytes, at) : readMpegHeader(bytes, at)
}

/** By version, as two bits of the header code it: 2.5, reserved, 2 and 1. */
const versions = [2.5, undefined, 2, 1] as const
const rates = [[11025, 12000, 8000], [], [22050, 24000, 16000], [44100, 48000, 32000]]
/** Reserved, 3, 2 and 1. */
const layers = [undefined, 3, 2, 1] as const
const adtsChannels = [null, 1, 2, 3, 4, 5, 6, 8]
/** kbit/s by layer, of version 1 and of the others, then by index from 1 to 14. 0 is "free" and 15 is forbidden. */
const slow = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const bitrates = {
  1: [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  ],
  2: [[32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384], slow],
  3: [[32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320], slow],
}

/** Called for each frame, and for each place where one may begin. So it makes nothing but its result. */
function readMpegHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const second = bytes[at + 1] ?? 0
  const third = bytes[at + 2] ?? 0
  const fourth = bytes[at + 3] ?? 0
  const version = versions[(second >> 3) & 3]
  const layer = layers[(second >> 1) & 3]
  if (!version || !layer) return undefined
  const sampleRate = rates[(second >> 3) & 3]?.[(third >> 2) & 3]
  const kbits = bitrates[layer][version === 1 ? 0 : 1]?.[(third >> 4) - 1]
  if (!sampleRate || !kbits || (fourth & 3) === 2) return undefined // an emphasis of 2 is reserved
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152
  const slotBytes = layer === 1 ? 4 : 1
  const slots = Math.floor(((samples / 8) * kbits * 1000) / sampleRate / slotBytes)
  const mono = fourth >> 6 === 3
  return {
    contentType: 'audio/mpeg',
    codec: codecNames[(second >> 1) & 15] ?? '',
    length: (slots + ((third >> 1) & 1)) * slotBytes,
    samples,
    sampleRate,
    channels: mono ? 1 : 2,
    bitrate: kbits * 1000,
    infoOffset: 4 + (version === 1 ? (mono ? 17 : 32) : mono ? 9 : 17),
  }
}

/** By the four bits of version and layer. */
const codecNames = versions.flatMap((version) => layers.map((layer) => `MPEG ${version} Layer ${layer}`))

function readAdtsHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const third = bytes[at + 2] ?? 0
  const fourth = bytes[at + 3] ?? 0
  const sampleRate = aacRates[(third >> 2) & 15]
  const length = ((fourth & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5)
  const headerBytes = (bytes[at + 1] ?? 0) & 1 ? 7 : 9
  if (!sampleRate || length <= headerBytes) return undefined
  return {
    contentType: 'audio/aac',
    codec: 'AAC',
    length,
    samples: 1024 * (((bytes[at + 6] ?? 0) & 3) + 1),
    sampleRate,
    channels: adtsChannels[((third & 1) << 2) | (fourth >> 6)] ?? null,
    bitrate: null,
    infoOffset: length,
  }
}
