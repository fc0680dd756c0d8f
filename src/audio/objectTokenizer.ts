/** Lets music-metadata read an R2 object by ranges, through one window, however long the object is. */
import { AbstractTokenizer, EndOfStreamError, type IReadChunkOptions } from 'strtok3'

/** Bytes read from R2 at once. */
const windowBytes = 256 * 1024
/** The largest single value (a tag, say) that is read from a file. */
const maxValueBytes = 4 * 1024 * 1024

/** Reads `length` bytes at `offset` of the object. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>

export class ObjectTokenizer extends AbstractTokenizer {
  readonly fileInfo: { size: number }
  readonly #readRange: ReadRange
  #window = new Uint8Array()
  #windowOffset = 0

  constructor(size: number, readRange: ReadRange) {
    super({ maxBufferSize: maxValueBytes })
    this.fileInfo = { size }
    this.#readRange = readRange
  }

  supportsRandomAccess(): boolean {
    return true
  }

  setPosition(position: number): void {
    this.validateLength(position, 'position')
    this.position = position
  }

  async readBuffer(buffer: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const read = await this.peekBuffer(buffer, options)
    this.position = (options?.position ?? this.position) + read
    return read
  }

  async peekBuffer(buffer: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position, length, mayBeLess } = this.normalizeOptions(buffer, options)
    const available = Math.max(0, Math.min(length, this.fileInfo.size - position))
    if (available < length && !mayBeLess) throw new EndOfStreamError()
    let copied = 0
    while (copied < available) {
      const bytes = await this.#bytesAt(position + copied)
      const taken = bytes.subarray(0, available - copied)
      buffer.set(taken, copied)
      copied += taken.byteLength
    }
    return copied
  }

  /** The bytes of the window from `position` on; moves the window there if it lies elsewhere. */
  async #bytesAt(position: number): Promise<Uint8Array> {
    const inWindow = position - this.#windowOffset
    if (inWindow >= 0 && inWindow < this.#window.byteLength) return this.#window.subarray(inWindow)
    const length = Math.min(windowBytes, this.fileInfo.size - position)
    this.#window = await this.#readRange(position, length)
    this.#windowOffset = position
    if (this.#window.byteLength === 0) throw new EndOfStreamError()
    return this.#window
  }
}
