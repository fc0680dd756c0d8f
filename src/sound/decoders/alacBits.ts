/** The bits of an ALAC packet. */

/** No read goes so many bits beyond the end before the end is noticed. */
const paddingWords = 40

/** A prefix of so many ones means that the value follows as it is. */
const escapePrefix = 9

/** Reads a packet as words of 32 bits, so that any 32 bits are in two of them. Beyond the end there are zeros. */
export class AlacBits {
  #words = new Int32Array(paddingWords)
  /** The next bit. */
  at = 0
  /** Bits of the packet. */
  end = 0

  load(packet: Uint8Array): void {
    const whole = packet.byteLength >> 2
    const needed = whole + 1 + paddingWords
    if (this.#words.length < needed) this.#words = new Int32Array(2 * needed)
    const words = this.#words
    for (let index = 0, at = 0; index < whole; index++, at += 4) {
      words[index] = wordAt(packet, at)
    }
    words.fill(0, whole, needed)
    words[whole] = wordAt(packet, whole * 4)
    this.at = 0
    this.end = packet.byteLength * 8
  }

  /** 1 to 32 bits. */
  read(bits: number): number {
    return this.#peek() >>> this.#pass(bits)
  }

  /** 1 to 32 bits, the first of which is a sign. */
  readSigned(bits: number): number {
    return this.#peek() >> this.#pass(bits)
  }

  /**
   * A Golomb code: ones, a zero, and `length` bits. With `length` of 1, or if they are 0 or 1, the last bit is missing. A
   * value that is too long for that has `width` bits.
   */
  readGolomb(length: number, width: number): number {
    const window = this.#peek()
    const prefix = Math.clz32(~window)
    if (prefix >= escapePrefix) {
      this.at += escapePrefix
      return this.read(width)
    }
    const value = (prefix << length) - prefix
    const rest = (window << (prefix + 1)) >>> (32 - length)
    this.at += prefix + length
    if (rest < 2) return value
    this.at++
    return value + rest - 1
  }

  /** The next 32 bits. */
  #peek(): number {
    const words = this.#words
    const word = this.at >>> 5
    const shift = this.at & 31
    return ((words[word] ?? 0) << shift) | (((words[word + 1] ?? 0) >>> 1) >>> (31 - shift))
  }

  /** Goes on; gives how far a word is to be shifted, so that it has as many bits. */
  #pass(bits: number): number {
    this.at += bits
    return 32 - bits
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  )
}
