/** An object in R2 as the probe and the analysis read it: by ranged reads, through one window, within a budget. */
import { damaged } from './containers/survey.ts'

/** The first read, and the first one after a step back. */
const firstWindowBytes = 256 * 1024
/** The window doubles up to this as reading goes on, unless told otherwise. Memory stays within two windows. */
const usualMaxWindowBytes = 4 * 1024 * 1024
/** Reads that do not depend on the size: tags at the end, tables after the audio. */
const spareReads = 40
/** Boxes, chunks and elements that are read one by one: a hostile file has millions of empty ones. */
const maxParts = 1_000_000
/**
 * Frames, pages, packets, blocks and entries of tables, which are read in loops over a window. A day of audio, in the
 * shortest frames in use (20 ms), has 4.3 million of them, and a table or two with as many entries.
 */
const maxSteps = 12_000_000

/** Reads `length` bytes at `offset` of the object. */
type ReadRange = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>

export class ByteSource {
  readonly size: number
  /** The most that one read gives. */
  readonly maxWindowBytes: number
  readonly #readRange: ReadRange
  readonly #maxReads: number
  #reads = 0
  #parts = 0
  #steps = 0
  #window = new Uint8Array()
  #windowOffset = 0
  #nextWindowBytes = firstWindowBytes

  constructor(size: number, readRange: ReadRange, { maxWindowBytes = usualMaxWindowBytes } = {}) {
    this.size = size
    this.maxWindowBytes = maxWindowBytes
    this.#readRange = readRange
    // Enough to read the whole file twice. No file can make us read it more often.
    this.#maxReads = spareReads + 2 * Math.ceil(size / maxWindowBytes)
  }

  /** What reading has cost so far, and what it may cost. */
  get cost(): Record<'reads' | 'parts' | 'steps', { used: number; most: number }> {
    return {
      reads: { used: this.#reads, most: this.#maxReads },
      parts: { used: this.#parts, most: maxParts },
      steps: { used: this.#steps, most: maxSteps },
    }
  }

  /**
   * Up to `length` bytes at `position`, fewer at the end of the file. `length` is at most a window. They are those of the
   * window, and stay as they are; whoever keeps them copies them, because otherwise the whole window is kept.
   */
  async bytes(position: number, length: number): Promise<Uint8Array> {
    return this.buffered(position, length) ?? (await this.#load(position, length))
  }

  /** The same without `await`, if the window has them: a loop over millions of frames is too slow with one. */
  buffered(position: number, length: number): Uint8Array | undefined {
    const start = position - this.#windowOffset
    const end = Math.min(start + length, this.size - this.#windowOffset)
    if (start < 0 || end > this.#window.byteLength) return undefined
    return this.#window.subarray(start, Math.max(start, end))
  }

  /** All bytes from `position` to the end of the window, at least `length` of them unless the file ends: for a loop. */
  async windowFrom(position: number, length: number): Promise<Uint8Array> {
    if (!this.buffered(position, length)) await this.#load(position, length)
    return this.#window.subarray(Math.max(0, position - this.#windowOffset))
  }

  /** Counts one more part (box, chunk, element) against the budget. */
  countPart(): void {
    if (this.#parts === maxParts) throw damaged('It has too many parts.')
    this.#parts++
  }

  /** Counts steps of a loop (frames, packets, entries) against the budget, before they are taken. */
  countSteps(count = 1): void {
    if (!(this.#steps + count <= maxSteps)) throw damaged('It has too many parts.')
    this.#steps += count
  }

  async #load(position: number, length: number): Promise<Uint8Array> {
    if (length > this.maxWindowBytes) throw new Error(`${length} bytes are more than a window`)
    if (!(position >= 0 && position <= this.size)) throw damaged('It declares a length beyond its end.')
    // R2 refuses a range without bytes.
    if (position === this.size) return new Uint8Array()
    if (this.#reads === this.#maxReads) throw damaged('Its parts are too scattered to be read.')
    this.#reads++
    const onward = position >= this.#windowOffset && this.#window.byteLength > 0
    const wished = onward ? 2 * this.#nextWindowBytes : firstWindowBytes
    this.#nextWindowBytes = Math.min(wished, this.maxWindowBytes)
    const available = this.size - position
    const wanted = Math.max(length, this.#nextWindowBytes)
    this.#window = await this.#readRange(position, Math.min(available, wanted))
    this.#windowOffset = position
    return this.#window.subarray(0, Math.min(length, available))
  }
}
