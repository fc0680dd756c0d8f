/** What a file in the corpus is, and how such files are put together. */
import { bytesOf, concatenated } from '../../src/audio/containers/bytes.ts'

/** What must come of a file: the clip's facts, or a refusal. */
export type Expected =
  { duration: number; title?: string; artist?: string; contentType?: string } | 'not-audio' | 'damaged-audio'

export type OddFile = [name: string, make: () => Uint8Array, expected: Expected]

export { bytesOf, concatenated }

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** A copy with other bytes from `at` on. */
export function overwritten(file: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = new Uint8Array(file)
  copy.set(bytes, at)
  return copy
}

/** Where `mark` stands; it must. */
export function find(file: Uint8Array, mark: string | number[], from = 0): number {
  const bytes = typeof mark === 'string' ? bytesOf(mark) : Uint8Array.from(mark)
  for (let at = from; at <= file.byteLength - bytes.byteLength; at++) {
    if (bytes.every((byte, index) => file[at + index] === byte)) return at
  }
  throw new Error(`no ${mark.toString()} in the file`)
}

/** The same bytes each time, without any pattern, and never 0xff, which starts a frame. */
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
