/** Reads the bits of a frame, or of a configuration, the first bit first. */

/** The bits make no frame. Never leaves this folder. */
export class DamagedFrame extends Error {}

/** More than eight channels can fill (§4.5.3.1: 6144 bits each), with room for data elements. */
const maxFrameBytes = 65536
/** Zeros behind the frame, because what reads many codes in a loop looks for its end only afterwards. */
const paddingBytes = 2048

export class FrameBits {
  /** Of `bytes`, which keeps its size unless a frame is larger: reading creates nothing. */
  view = new DataView(new ArrayBuffer(0))
  #bytes = new Uint8Array()
  /** The next bit. */
  at = 0
  /** Bits of the frame. */
  end = 0

  load(frame: Uint8Array): void {
    if (frame.byteLength > maxFrameBytes) throw new DamagedFrame('It is too large.')
    if (frame.byteLength + paddingBytes > this.#bytes.byteLength) {
      this.#bytes = new Uint8Array(2 * frame.byteLength + paddingBytes)
      this.view = new DataView(this.#bytes.buffer)
    }
    this.#bytes.set(frame)
    this.#bytes.fill(0, frame.byteLength, frame.byteLength + paddingBytes)
    this.at = 0
    this.end = frame.byteLength * 8
  }

  get left(): number {
    return this.end - this.at
  }

  /** The next bits, from the top of 32. At least 25 of them are right. */
  peek(): number {
    return this.view.getUint32(this.at >>> 3) << (this.at & 7)
  }

  /** The next number of `count` bits: 1 to 25. */
  read(count: number): number {
    const value = this.peek() >>> (32 - count)
    this.skip(count)
    return value
  }

  readFlag(): boolean {
    return this.read(1) === 1
  }

  skip(count: number): void {
    this.at += count
    this.check()
  }

  /** To the next byte, counted from the start of the frame. */
  align(): void {
    this.at = (this.at + 7) & ~7
  }

  /** To be called after reading with `view`. */
  check(): void {
    if (this.at > this.end) throw new DamagedFrame('It ends too early.')
  }
}
