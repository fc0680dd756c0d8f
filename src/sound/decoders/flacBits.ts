/** Reads the bits of a FLAC frame, fast. */

/** Zeros behind a frame, so that four bytes can be read anywhere in it. */
const padding = 8

export class FlacBits {
  #bytes = new Uint8Array(padding)
  #endBit = 0
  /** In bits. */
  #at = 0

  /** Copies the frame. */
  start(frame: Uint8Array): void {
    if (this.#bytes.length < frame.byteLength + padding)
      this.#bytes = new Uint8Array(frame.byteLength * 2 + padding)
    this.#bytes.set(frame)
    this.#bytes.fill(0, frame.byteLength, frame.byteLength + padding)
    this.#endBit = frame.byteLength * 8
    this.#at = 0
  }

  /** In bits. */
  get at(): number {
    return this.#at
  }

  /** Throws if more was read than there is. */
  check(): void {
    if (this.#at > this.#endBit) throw new RangeError('The frame is cut.')
  }

  skip(bits: number): void {
    this.#at += bits
  }

  alignToByte(): void {
    this.#at = (this.#at + 7) & ~7
  }

  /** At most 25 bits. */
  #short(bits: number): number {
    if (bits === 0) return 0
    const value = windowAt(this.#bytes, this.#at) >>> (32 - bits)
    this.#at += bits
    return value
  }

  /** At most 33 bits. */
  read(bits: number): number {
    return bits <= 25 ? this.#short(bits) : this.#short(bits - 16) * 0x10000 + this.#short(16)
  }

  /** At most 33 bits, in two's complement. */
  readSigned(bits: number): number {
    const value = this.read(bits)
    return bits > 0 && value >= 2 ** (bits - 1) ? value - 2 ** bits : value
  }

  /** Zeros up to a one, which is read too. */
  readUnary(): number {
    let zeros = 0
    for (;;) {
      // The last 7 bits of a window may not be there.
      const leading = Math.clz32(windowAt(this.#bytes, this.#at) | 0x7f)
      if (leading < 25) {
        this.#at += leading + 1
        return zeros + leading
      }
      zeros += 25
      this.#at += 25
      this.check()
    }
  }

  /** Numbers of a partition (RFC 9639 §9.2.7.1) into `values`, from `from` to `to`. */
  readRice(parameter: number, values: Int32Array, from: number, to: number): void {
    const bytes = this.#bytes
    // Shifted in two steps, because a shift by 32 would be one by 0.
    const shift = 31 - parameter
    let at = this.#at
    for (let index = from; index < to; index++) {
      const window = windowAt(bytes, at)
      const quotient = Math.clz32(window)
      const length = quotient + 1 + parameter
      let folded = (quotient << parameter) | (((window << quotient) & 0x7fffffff) >>> shift)
      if (length <= 25) at += length
      else {
        this.#at = at
        folded = (this.readUnary() * 2 ** parameter + this.read(parameter)) | 0
        at = this.#at
      }
      values[index] = (folded >>> 1) ^ -(folded & 1)
    }
    this.#at = at
    this.check()
  }
}

/** At least 25 bits from here on, at the top. Beyond the frame they are zeros, and beyond the padding too. */
function windowAt(bytes: Uint8Array, at: number): number {
  const from = at >>> 3
  const word =
    ((bytes[from] ?? 0) << 24) |
    ((bytes[from + 1] ?? 0) << 16) |
    ((bytes[from + 2] ?? 0) << 8) |
    (bytes[from + 3] ?? 0)
  return word << (at & 7)
}
