/** Headers of MPEG audio frames (ISO/IEC 11172-3 §2.4.2.3, 13818-3) and of ADTS frames (13818-7 §6.2). Pure. */

export type FrameHeader = {
  contentType: 'audio/mpeg' | 'audio/aac'
  codec: string
  /** Of the whole frame, in bytes. */
  length: number
  /** Per channel. */
  samples: number
  sampleRate: number
  /** Null where the stream itself says, not the header. */
  channels: number | null
  /** Null for ADTS, whose frames are as long as they need to be. */
  bitrate: number | null
  /** Bytes from the frame's start to a Xing or Info header, in the frame that would have one. */
  infoOffset: number
}

/** Bytes of a header that are looked at. */
export const frameHeaderBytes = 7
/** An ADTS frame's length has 13 bits; those of MPEG are shorter. */
export const maxFrameBytes = 8191

const rates = { 1: [44100, 48000, 32000], 2: [22050, 24000, 16000], 2.5: [11025, 12000, 8000] }
const adtsRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]
/** kbit/s by bit-rate index, which 0 (free) and 15 (forbidden) are not. */
const bitrates = {
  '1/1': [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1/2': [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1/3': [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2/1': [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2/2': [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2/3': [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}

/** The header at `at`; undefined where there is none, or one of a free bit rate, which no browser plays. */
export function readFrameHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const second = bytes[at + 1] ?? 0
  if (bytes[at] !== 0xff || second < 0xe0 || at + frameHeaderBytes > bytes.byteLength) return undefined
  return (second & 0xf6) === 0xf0 ? readAdtsHeader(bytes, at) : readMpegHeader(bytes, at)
}

/** Whether two frames can follow each other in one stream. */
export function sameStream(a: FrameHeader, b: FrameHeader): boolean {
  return a.codec === b.codec && a.sampleRate === b.sampleRate
}

function readMpegHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const [, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4)
  const version = ([2.5, undefined, 2, 1] as const)[(second >> 3) & 3]
  const layer = ([undefined, 3, 2, 1] as const)[(second >> 1) & 3]
  if (!version || !layer) return undefined
  const sampleRate = rates[version][(third >> 2) & 3]
  const kbits = bitrates[`${version === 1 ? 1 : 2}/${layer}`][(third >> 4) - 1]
  if (!sampleRate || !kbits || (fourth & 3) === 2) return undefined // an emphasis of 2 is reserved
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152
  const slotBytes = layer === 1 ? 4 : 1
  const slots = Math.floor(((samples / 8) * kbits * 1000) / sampleRate / slotBytes)
  const mono = fourth >> 6 === 3
  return {
    contentType: 'audio/mpeg',
    codec: `MPEG ${version} Layer ${layer}`,
    length: (slots + ((third >> 1) & 1)) * slotBytes,
    samples,
    sampleRate,
    channels: mono ? 1 : 2,
    bitrate: kbits * 1000,
    infoOffset: 4 + (version === 1 ? (mono ? 17 : 32) : mono ? 9 : 17),
  }
}

function readAdtsHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const [, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0] = bytes.subarray(at, at + 7)
  const sampleRate = adtsRates[(third >> 2) & 15]
  const length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5)
  const headerBytes = second & 1 ? 7 : 9
  if (!sampleRate || length <= headerBytes) return undefined
  return {
    contentType: 'audio/aac',
    codec: 'AAC',
    length,
    samples: 1024 * ((seventh & 3) + 1),
    sampleRate,
    channels: [null, 1, 2, 3, 4, 5, 6, 8][((third & 1) << 2) | (fourth >> 6)] ?? null,
    bitrate: null,
    infoOffset: length,
  }
}
