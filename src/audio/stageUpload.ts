/** First step of an upload: its bytes stream to `incoming/` in R2, hashed and counted as they pass. */
import { Problem } from '../http/problem.ts'
import { awaitStorage, briefTimeoutMs } from '../http/storage.ts'
import { RunningDigests } from './digests.ts'

/** A staged upload: its key, its size in bytes, and its digest. */
export type Staged = { key: string; size: number; sha256: Uint8Array<ArrayBuffer> }

/** R2 wants all parts but the last to have one size, at least 5 MiB. */
const partBytes = 5 * 1024 * 1024
/** The first size of a buffer. */
const firstBufferBytes = 64 * 1024

/**
 * Streams `audio` to `key`. Its length need not be known. Memory stays within two parts: one fills while the other is sent.
 * More than `maxBytes` is a 413 at once. After a failure nothing is left.
 */
export async function stageUpload(
  bucket: R2Bucket,
  key: string,
  audio: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Staged> {
  const hashing = new RunningDigests(['sha-256'])
  const parts = new Parts(bucket, key)
  let size = 0
  try {
    for await (const chunk of audio) {
      size += chunk.byteLength
      if (size > maxBytes) throw payloadTooLarge(maxBytes)
      await hashing.update(chunk)
      await parts.append(chunk)
    }
    if (size === 0) throw new Problem('not-audio', { detail: 'The file is empty.' })
    const sha256 = (await hashing.finish()).get('sha-256') ?? new Uint8Array()
    await parts.finish()
    return { key, size, sha256 }
  } catch (error) {
    await hashing.abort(error)
    await parts.abort()
    throw error
  }
}

/** Deletes a staged upload. If R2 fails, the lifecycle rule of `incoming/` does it. */
export async function deleteStaged(bucket: R2Bucket, key: string): Promise<void> {
  await awaitStorage(bucket.delete(key), briefTimeoutMs).catch(() => {})
}

/** The answer to an upload over the limit. */
export function payloadTooLarge(maxBytes: number): Problem {
  const mebibytes = maxBytes / 1024 / 1024
  const rounded = mebibytes < 1 ? '' : ` (${Math.floor(mebibytes * 10) / 10} MiB)`
  return new Problem('payload-too-large', { detail: `The audio may have up to ${maxBytes} bytes${rounded}.` })
}

/** Cuts a stream into equal parts. A short one is put whole, a longer one becomes an R2 multipart upload. */
class Parts {
  readonly #bucket: R2Bucket
  readonly #key: string
  /** The buffer that fills, and how many bytes it has. */
  #filling = new Uint8Array(0)
  #filled = 0
  /** The buffer of the part that is being sent. Then it fills again: new buffers would pile up until a garbage collection. */
  #sending = new Uint8Array(0)
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
      this.#grow(this.#filled + taken.byteLength)
      this.#filling.set(taken, this.#filled)
      this.#filled += taken.byteLength
      rest = rest.subarray(taken.byteLength)
    }
  }

  /** The buffer grows with the bytes that have come, not with a declared length: an isolate may hold many stalled uploads. */
  #grow(bytes: number): void {
    if (bytes <= this.#filling.byteLength) return
    let size = Math.max(firstBufferBytes, this.#filling.byteLength)
    while (size < bytes) size *= 2
    const grown = new Uint8Array(Math.min(size, partBytes))
    grown.set(this.#filling.subarray(0, this.#filled))
    this.#filling = grown
  }

  async finish(): Promise<void> {
    if (!this.#upload) {
      await awaitStorage(this.#bucket.put(this.#key, this.#filling.subarray(0, this.#filled)))
      return
    }
    await this.#send()
    await this.#inFlight
    await awaitStorage(this.#upload.complete(this.#uploaded))
  }

  async abort(): Promise<void> {
    await this.#inFlight.catch(() => {})
    // If this fails, R2 aborts the upload after seven days.
    await this.#upload?.abort().catch(() => {})
  }

  /** Starts to send the filled part, after the previous one has been sent. */
  async #send(): Promise<void> {
    await this.#inFlight
    const upload = (this.#upload ??= await awaitStorage(this.#bucket.createMultipartUpload(this.#key)))
    const part = this.#filling.subarray(0, this.#filled)
    ;[this.#sending, this.#filling] = [this.#filling, this.#sending]
    this.#filled = 0
    this.#inFlight = this.#uploadPart(upload, part)
    this.#inFlight.catch(() => {}) // the next await of #inFlight throws it
  }

  async #uploadPart(upload: R2MultipartUpload, part: Uint8Array): Promise<void> {
    this.#uploaded.push(await awaitStorage(upload.uploadPart(this.#uploaded.length + 1, part)))
  }
}
