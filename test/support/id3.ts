/** Builds ID3 and APEv2 tags. */
import { bytesOf, concatenated, uint32 } from './bytes.ts'

export function syncsafe(value: number): Uint8Array {
  return Uint8Array.of((value >> 21) & 127, (value >> 14) & 127, (value >> 7) & 127, value & 127)
}

/** An ID3v2 tag with these frames. */
export function id3(major: number, ...frames: Uint8Array[]): Uint8Array {
  const body = concatenated(...frames)
  return concatenated(bytesOf('ID3'), Uint8Array.of(major, 0, 0), syncsafe(body.byteLength), body)
}

export function frame(major: number, id: string, payload: Uint8Array): Uint8Array {
  const { byteLength } = payload
  if (major === 2) return concatenated(bytesOf(id), uint32(byteLength).subarray(1), payload)
  const length = major === 3 ? uint32(byteLength) : syncsafe(byteLength)
  return concatenated(bytesOf(id), length, new Uint8Array(2), payload)
}

/** A text frame. Encodings: 0 Latin-1, 1 UTF-16 with a byte order mark, 2 UTF-16BE, 3 UTF-8. */
export function textFrame(major: number, id: string, encoding: number, text: Uint8Array): Uint8Array {
  return frame(major, id, concatenated(Uint8Array.of(encoding), text))
}

export function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), littleEndian)
  return bytes
}

/** An ID3v1 tag: 128 bytes, with a title of up to 30. */
export function id3v1(title: Uint8Array): Uint8Array {
  const tag = new Uint8Array(128)
  tag.set(bytesOf('TAG'))
  tag.set(title.subarray(0, 30), 3)
  return tag
}

/** An APEv2 tag with a header and one text. */
export function ape(key: string, value: Uint8Array): Uint8Array {
  const item = concatenated(Uint8Array.of(value.byteLength, 0, 0, 0, 0, 0, 0, 0), bytesOf(`${key}\0`), value)
  const edge = (flags: number): Uint8Array => {
    const bytes = new Uint8Array(32)
    bytes.set(bytesOf('APETAGEX'))
    const view = new DataView(bytes.buffer)
    view.setUint32(8, 2000, true)
    view.setUint32(12, item.byteLength + 32, true)
    view.setUint32(16, 1, true)
    view.setUint32(20, flags, true)
    return bytes
  }
  return concatenated(edge(0xa0000000), item, edge(0x80000000))
}
