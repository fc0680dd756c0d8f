/** The first frame of an MP3, if it has nothing but a header of the encoder (http://gabriel.mp3-tech.org/mp3infotag.html). Pure. */
import { characters, dataView, startsWith } from './bytes.ts'

/** Numbers are 0 where they are not declared. */
export type EncoderHeader = {
  /** Frames that follow. */
  frames: number
  /** Bytes of the frames, with this one. */
  bytes: number
  /** Samples that the encoder added at the start and the end; undefined unless it is one that counts them. */
  added: { start: number; end: number } | undefined
}

/** VBRI is always at the same place. Xing and Info follow the side information, before which a checksum may be. */
const vbriOffset = 36
const checksumBytes = 2

export function readEncoderHeader(frame: Uint8Array, infoOffset: number): EncoderHeader | undefined {
  for (const offset of [infoOffset, infoOffset + checksumBytes]) {
    const info = frame.subarray(offset)
    if (startsWith(info, 'Xing') || startsWith(info, 'Info')) return readXingHeader(info)
  }
  const vbri = frame.subarray(vbriOffset)
  if (!startsWith(vbri, 'VBRI')) return undefined
  return { frames: vbri.byteLength >= 18 ? dataView(vbri).getUint32(14) : 0, bytes: 0, added: undefined }
}

function readXingHeader(info: Uint8Array): EncoderHeader {
  if (info.byteLength < 12) return { frames: 0, bytes: 0, added: undefined }
  const view = dataView(info)
  const flags = view.getUint32(4)
  const bytesAt = 8 + (flags & 1 ? 4 : 0)
  const encoderAt = bytesAt + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0)
  const frames = flags & 1 ? view.getUint32(8) : 0
  const bytes = flags & 2 && info.byteLength >= bytesAt + 4 ? view.getUint32(bytesAt) : 0
  if (!/^(LAME|Lav)/.test(characters(info, encoderAt, 4))) return { frames, bytes, added: undefined }
  const [a = 0, b = 0, c = 0] = info.subarray(encoderAt + 21, encoderAt + 24)
  return { frames, bytes, added: { start: (a << 4) + (b >> 4), end: ((b & 15) << 8) + c } }
}
