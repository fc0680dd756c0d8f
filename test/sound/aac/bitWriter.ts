/** Writes numbers of any number of bits, the first bit first: frames and configurations that no encoder makes. */
export class BitWriter {
  readonly #bits: number[] = []

  write(value: number, count: number): this {
    for (let bit = count - 1; bit >= 0; bit--) this.#bits.push(Math.floor(value / 2 ** bit) % 2)
    return this
  }

  /** Zeros and ones, with spaces between for the reader. */
  text(bits: string): this {
    for (const bit of bits.replaceAll(' ', '')) this.#bits.push(Number(bit))
    return this
  }

  align(): this {
    while (this.#bits.length % 8 > 0) this.#bits.push(0)
    return this
  }

  /** Zeros fill the last byte. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8))
    for (const [at, bit] of this.#bits.entries()) bytes[at >> 3]! |= bit << (7 - (at & 7))
    return bytes
  }
}
