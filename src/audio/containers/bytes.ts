/** Reads numbers and names from the bytes of a file, and joins bytes. Pure. */
import { damaged } from './survey.ts'

/**
 * A `DataView` of exactly these bytes. Reading beyond them means that a declared length led beyond the end of a structure:
 * the file is damaged. A `RangeError` of the platform would not tell that from a mistake of ours.
 */
export class CheckedView {
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get byteLength(): number {
    return this.#view.byteLength
  }

  getUint8(at: number): number {
    return this.#view.getUint8(this.#checked(at, 1))
  }
  getUint16(at: number, littleEndian?: boolean): number {
    return this.#view.getUint16(this.#checked(at, 2), littleEndian)
  }
  getInt16(at: number, littleEndian?: boolean): number {
    return this.#view.getInt16(this.#checked(at, 2), littleEndian)
  }
  getUint32(at: number, littleEndian?: boolean): number {
    return this.#view.getUint32(this.#checked(at, 4), littleEndian)
  }
  getInt32(at: number, littleEndian?: boolean): number {
    return this.#view.getInt32(this.#checked(at, 4), littleEndian)
  }
  getFloat32(at: number, littleEndian?: boolean): number {
    return this.#view.getFloat32(this.#checked(at, 4), littleEndian)
  }
  getFloat64(at: number, littleEndian?: boolean): number {
    return this.#view.getFloat64(this.#checked(at, 8), littleEndian)
  }
  getBigUint64(at: number, littleEndian?: boolean): bigint {
    return this.#view.getBigUint64(this.#checked(at, 8), littleEndian)
  }
  getBigInt64(at: number, littleEndian?: boolean): bigint {
    return this.#view.getBigInt64(this.#checked(at, 8), littleEndian)
  }

  #checked(at: number, length: number): number {
    if (at >= 0 && at + length <= this.#view.byteLength) return at
    throw damaged('It declares a length beyond its end.')
  }
}

/** A view of exactly these bytes. A read beyond them throws `damaged-audio`. */
export function dataView(bytes: Uint8Array): CheckedView {
  return new CheckedView(bytes)
}

/** Bytes as characters of the same code, such as the name of a chunk. Fewer at the end of the bytes. */
export function characters(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}

/** Compares without making a string, because it is called millions of times. */
export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false
  }
  return true
}

/** The bytes of characters below 256. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function concatenated(...pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}

export function countNonZero(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte !== 0) count++
  return count
}

/** Reads numbers of any number of bits, the first bit first. A read beyond the bytes throws `damaged-audio`. */
export class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Another reader at the same place. */
  clone(): BitReader {
    const copy = new BitReader(this.#bytes)
    copy.#at = this.#at
    return copy
  }

  /** Bits that are left. */
  get left(): number {
    return this.#bytes.byteLength * 8 - this.#at
  }

  /** The next number of `bits`, at most 32. */
  read(bits: number): number {
    if (bits > this.left) throw damaged('It declares a length beyond its end.')
    let value = 0
    for (let count = 0; count < bits; count++, this.#at++) {
      value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1)
    }
    return value
  }
}
