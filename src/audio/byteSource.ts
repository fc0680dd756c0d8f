/** An object in R2 as its probing reads it: by ranges, through one window, within a budget. */
import { damaged } from './refusals.ts'

/** Read at first, and again after a step back. */
const firstWindowBytes = 256 * 1024
/** What the window grows to as reading goes on: memory stays at twice this, and 100 MB are 30 reads. */
const maxWindowBytes = 4 * 1024 * 1024
/** Reads that do not depend on the size: tags at the end, tables behind the audio. */
const spareReads = 40
/** Boxes, chunks and elements looked at: some files are made of millions of empty ones. */
const maxParts = 500_000

/** Reads `length` bytes at `offset` of the object. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>

export class ByteSource {
  readonly size: number
  readonly #readRange: ReadRange
  readonly #maxReads: number
  #reads = 0
  #parts = 0
  #window = new Uint8Array()
  #windowOffset = 0
  #nextWindowBytes = firstWindowBytes

  constructor(size: number, readRange: ReadRange) {
    this.size = size
    this.#readRange = readRange
    // Twice through the whole, and what is spare: no file can make us read it many times over.
    this.#maxReads = spareReads + 2 * Math.ceil(size / maxWindowBytes)
  }

  /** How often R2 was asked. */
  get reads(): number {
    return this.#reads
  }

  /** The bytes at `position`, as many as there are up to `length`, which is at most a window. */
  async bytes(position: number, length: number): Promise<Uint8Array> {
    return this.held(position, length) ?? (await this.#load(position, length))
  }

  /** The same without waiting, where the window has them: loops over millions of frames would wait too long. */
  held(position: number, length: number): Uint8Array | undefined {
    const start = position - this.#windowOffset
    const end = Math.min(start + length, this.size - this.#windowOffset)
    if (start < 0 || end > this.#window.byteLength) return undefined
    return this.#window.subarray(start, Math.max(start, end))
  }

  /** Says that one more part (box, chunk, element) is looked at. */
  countPart(): void {
    if (++this.#parts > maxParts) throw damaged('It is made of too many parts.')
  }

  async #load(position: number, length: number): Promise<Uint8Array> {
    if (length > maxWindowBytes) throw new Error(`${length} bytes are more than a window`)
    if (++this.#reads > this.#maxReads) throw damaged('Its parts lie in too much disorder to be read.')
    const onward = position >= this.#windowOffset && this.#window.byteLength > 0
    this.#nextWindowBytes = onward ? Math.min(2 * this.#nextWindowBytes, maxWindowBytes) : firstWindowBytes
    const available = this.size - position
    this.#window = await this.#readRange(
      position,
      Math.min(available, Math.max(length, this.#nextWindowBytes)),
    )
    this.#windowOffset = position
    return this.#window.subarray(0, Math.min(length, available))
  }
}
