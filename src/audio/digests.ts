/** Digests of a stream, computed as its bytes pass. */

/** The algorithms of RFC 9530 §5 that we compute. */
export type DigestAlgorithm = 'sha-256' | 'sha-512'

export type Digests = Map<DigestAlgorithm, Uint8Array>

/** Bytes of a digest. */
export const digestBytes: Record<DigestAlgorithm, number> = { 'sha-256': 32, 'sha-512': 64 }

type Running = { algorithm: DigestAlgorithm; stream: DigestStream; writer: WritableStreamDefaultWriter }

/** Several digests of the same bytes, in constant memory. */
export class RunningDigests {
  readonly #running: Running[]

  constructor(algorithms: Iterable<DigestAlgorithm>) {
    this.#running = [...new Set(algorithms)].map((algorithm) => {
      const stream = new crypto.DigestStream(algorithm.toUpperCase())
      stream.digest.catch(() => {}) // of a stream given up on, nobody asks for it
      return { algorithm, stream, writer: stream.getWriter() }
    })
  }

  async update(chunk: Uint8Array): Promise<void> {
    for (const { writer } of this.#running) await writer.write(chunk)
  }

  async finish(): Promise<Digests> {
    const digests: Digests = new Map()
    for (const { algorithm, stream, writer } of this.#running) {
      await writer.close()
      digests.set(algorithm, new Uint8Array(await stream.digest))
    }
    return digests
  }

  async abandon(reason: unknown): Promise<void> {
    for (const { writer } of this.#running) await writer.abort(reason).catch(() => {})
  }
}
