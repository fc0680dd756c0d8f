/** Builds files and request bodies from bytes. */
import { bytesOf, concatenated } from '../../src/audio/containers/bytes.ts'

export { bytesOf, concatenated }

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** A copy with `bytes` at `at`. */
export function overwritten(file: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = new Uint8Array(file)
  copy.set(bytes, at)
  return copy
}

/** Where `mark` is. Throws if it is not there. */
export function find(file: Uint8Array, mark: string | number[], from = 0): number {
  const bytes = typeof mark === 'string' ? bytesOf(mark) : Uint8Array.from(mark)
  for (let at = from; at <= file.byteLength - bytes.byteLength; at++) {
    if (bytes.every((byte, index) => file[at + index] === byte)) return at
  }
  throw new Error(`the file does not contain ${mark.toString()}`)
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** A box of MP4. */
export function makeBox(type: string, ...payload: Uint8Array[]): Uint8Array {
  const inside = concatenated(...payload)
  return concatenated(uint32(8 + inside.byteLength), bytesOf(type), inside)
}

/** Pseudo-random bytes, the same each time. They never contain 0xff, which starts an MPEG frame. */
export function noise(length: number): Uint8Array {
  let state = 7
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 16) % 255 || 1
  })
}

export function uint16le(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8)
}

export function uint32le(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
}

export function uint64le(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}
