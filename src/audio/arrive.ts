/** First step of an upload: the body streams into R2 under `incoming/` while it is hashed and counted. */
import { Problem } from '../http/problem.ts'
import { RunningDigests, type DigestAlgorithm, type Digests } from './digests.ts'
import { storageAway } from '../http/storageAway.ts'

/** What has arrived: where it lies, how long it is and what it hashes to. */
export type Arrived = { key: string; size: number; sha256: Uint8Array<ArrayBuffer>; digests: Digests }

/** R2 wants all parts of a multipart upload but the last to be of one size, at least this (5 MiB). */
const partBytes = 5 * 1024 * 1024
/** What is held of an upload at first. */
const firstRoomBytes = 64 * 1024

/**
 * Streams `body` to `key`. Its length need not be known and memory stays within two parts: one fills while another
 * is on its way. SHA-256 is always computed, others as asked for. More than `maxBytes` is a 413 at once; on any
 * failure nothing stays behind.
 */
export async function arrive(
  bucket: R2Bucket,
  key: string,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  algorithms: DigestAlgorithm[] = [],
): Promise<Arrived> {
  const hashing = new RunningDigests(['sha-256', ...algorithms])
  const parts = new Parts(bucket, key)
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > maxBytes) throw tooLarge(maxBytes)
      await hashing.update(chunk)
      await parts.append(chunk)
    }
    if (size === 0) throw new Problem('not-audio', { detail: 'The file is empty.' })
    const digests = await hashing.finish()
    await parts.finish()
    return { key, size, sha256: new Uint8Array(digests.get('sha-256') ?? []), digests }
  } catch (error) {
    await hashing.abandon(error)
    await parts.abandon()
    throw error
  }
}

/** The answer to an upload over the limit. */
export function tooLarge(maxBytes: number): Problem {
  return new Problem('too-large', { detail: `At most ${maxBytes} bytes are accepted.` })
}

/** Cuts a stream into equal parts: a short one is put whole, a longer one becomes an R2 multipart upload. */
class Parts {
  readonly #bucket: R2Bucket
  readonly #key: string
  #part = new Uint8Array(0)
  /** The part that is on its way, whose buffer is filled again when it is there: nothing, or a whole part. */
  #sent = new Uint8Array(0)
  #filled = 0
  #upload: R2MultipartUpload | undefined
  readonly #uploaded: R2UploadedPart[] = []
  #inFlight: Promise<void> = Promise.resolve()

  constructor(bucket: R2Bucket, key: string) {
    this.#bucket = bucket
    this.#key = key
  }

  async append(chunk: Uint8Array): Promise<void> {
    let rest = chunk
    while (rest.byteLength > 0) {
      if (this.#filled === partBytes) await this.#send()
      const taken = rest.subarray(0, partBytes - this.#filled)
      this.#makeRoom(this.#filled + taken.byteLength)
      this.#part.set(taken, this.#filled)
      this.#filled += taken.byteLength
      rest = rest.subarray(taken.byteLength)
    }
  }

  /** Room grows with what has come, whatever a client says will: of uploads that stall, an isolate holds many. */
  #makeRoom(bytes: number): void {
    if (bytes <= this.#part.byteLength) return
    let room = Math.max(firstRoomBytes, this.#part.byteLength)
    while (room < bytes) room *= 2
    const grown = new Uint8Array(Math.min(room, partBytes))
    grown.set(this.#part.subarray(0, this.#filled))
    this.#part = grown
  }

  async finish(): Promise<void> {
    if (!this.#upload) {
      await storageAway(this.#bucket.put(this.#key, this.#part.subarray(0, this.#filled)))
      return
    }
    await this.#send()
    await this.#inFlight
    await storageAway(this.#upload.complete(this.#uploaded))
  }

  async abandon(): Promise<void> {
    await this.#inFlight.catch(() => {})
    // A part that cannot be aborted now is aborted by R2 after seven days.
    await this.#upload?.abort().catch(() => {})
  }

  /** Starts the upload of the filled part once the one before is there. */
  async #send(): Promise<void> {
    await this.#inFlight
    const upload = (this.#upload ??= await storageAway(this.#bucket.createMultipartUpload(this.#key)))
    const part = this.#part.subarray(0, this.#filled)
    // Two buffers take turns: a new one for each part would wait for the garbage collector by the dozen.
    const free = this.#sent
    this.#sent = this.#part
    this.#part = free
    this.#filled = 0
    this.#inFlight = this.#uploadPart(upload, part)
    this.#inFlight.catch(() => {}) // the next await of #inFlight throws it
  }

  async #uploadPart(upload: R2MultipartUpload, part: Uint8Array): Promise<void> {
    this.#uploaded.push(await storageAway(upload.uploadPart(this.#uploaded.length + 1, part)))
  }
}
