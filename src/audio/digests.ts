/** Digests of a stream, and the digests that a client declares for its request (RFC 9530). */
import { parseDictionary } from 'structured-headers'
import { Problem } from '../http/problem.ts'

/** The algorithms of RFC 9530 §5 that are supported, and the length of their digests in bytes. */
const digestBytes = { 'sha-256': 32, 'sha-512': 64 }
type DigestAlgorithm = keyof typeof digestBytes

export type Digests = Map<DigestAlgorithm, Uint8Array<ArrayBuffer>>

type Running = { algorithm: DigestAlgorithm; stream: DigestStream; writer: WritableStreamDefaultWriter }

/** Digests of the same bytes, computed as they pass, in constant memory. */
export class RunningDigests {
  readonly #running: Running[]

  constructor(algorithms: Iterable<DigestAlgorithm>) {
    this.#running = [...new Set(algorithms)].map((algorithm) => {
      const stream = new crypto.DigestStream(algorithm.toUpperCase())
      stream.digest.catch(() => {}) // nobody awaits the digest of an aborted stream
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

  async abort(reason: unknown): Promise<void> {
    for (const { writer } of this.#running) await writer.abort(reason).catch(() => {})
  }
}

/** A digest that a request declares. */
type ClaimedDigest = { algorithm: DigestAlgorithm; header: string; digest: Uint8Array }

/** A request body has no encoding, so its content is its representation. */
const digestHeaders = ['Content-Digest', 'Repr-Digest']

/**
 * The chunks of a body. After the last one, throws a 400 if the body does not have the digests that the headers declare.
 * Malformed headers throw at once.
 */
export function verifyDigests(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  headers: Headers,
): AsyncGenerator<Uint8Array> {
  return verify(body, readClaims(headers))
}

async function* verify(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  claims: ClaimedDigest[],
): AsyncGenerator<Uint8Array> {
  const hashing = new RunningDigests(claims.map(({ algorithm }) => algorithm))
  for await (const chunk of body) {
    await hashing.update(chunk)
    yield chunk
  }
  const digests = await hashing.finish()
  const mismatching = claims.filter(({ algorithm, digest }) => !isEqual(digest, digests.get(algorithm)))
  if (mismatching.length === 0) return
  throw new Problem('digest-mismatching-values', {
    detail: `The bytes that arrived have ${writeDigests(digests)}. Send the request again.`,
    members: {
      'mismatching-digests': mismatching.map(({ algorithm, header, digest }) => ({
        algorithm,
        'provided-digest': `:${digest.toBase64()}:`,
        'computed-digest': `:${digests.get(algorithm)?.toBase64() ?? ''}:`,
        header,
      })),
    },
  })
}

/** As the headers write them: a dictionary (RFC 9530 §2). */
function writeDigests(digests: Digests): string {
  return [...digests].map(([algorithm, digest]) => `${algorithm}=:${digest.toBase64()}:`).join(', ')
}

/** Reads both headers. Unknown algorithms are ignored as long as one known algorithm is left. */
function readClaims(headers: Headers): ClaimedDigest[] {
  const members = digestHeaders.flatMap((header) => readMembers(header, headers.get(header)))
  const claims = members.flatMap(({ header, algorithm, value }) =>
    isKnown(algorithm) ? [{ header, algorithm, digest: readDigest(header, algorithm, value) }] : [],
  )
  if (members.length > 0 && claims.length === 0) {
    throw new Problem('digest-unsupported-algorithms', {
      detail: 'One of the digests must be sha-256 or sha-512.',
      members: { 'unsupported-algorithms': members.map(({ algorithm, header }) => ({ algorithm, header })) },
      headers: { 'Want-Repr-Digest': 'sha-256=10, sha-512=5' },
    })
  }
  return claims
}

type Member = { header: string; algorithm: string; value: unknown }

function readMembers(header: string, text: string | null): Member[] {
  if (text === null) return []
  try {
    return [...parseDictionary(text)].map(([algorithm, [value]]) => ({ header, algorithm, value }))
  } catch {
    throw new Problem('malformed-request', {
      detail: `${header} must be a dictionary of byte sequences, such as \`sha-256=:…:\`.`,
    })
  }
}

function readDigest(header: string, algorithm: DigestAlgorithm, value: unknown): Uint8Array {
  const digest = value instanceof ArrayBuffer ? new Uint8Array(value) : undefined
  if (digest?.byteLength === digestBytes[algorithm]) return digest
  const reason = digest ? `is not ${digestBytes[algorithm]} bytes long` : 'is not a byte sequence'
  throw new Problem('digest-invalid-values', {
    detail: `In ${header}, ${algorithm} must be a byte sequence of ${digestBytes[algorithm]} bytes: \`:…:\` in base64.`,
    members: { 'invalid-digests': [{ algorithm, header, reason: `digest value ${reason}` }] },
  })
}

function isKnown(algorithm: string): algorithm is DigestAlgorithm {
  return Object.hasOwn(digestBytes, algorithm)
}

function isEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])
}

/**
 * Whether `Want-Repr-Digest` (RFC 9530 §4) asks for SHA-256, the digest that is served. It does unless it names only other
 * algorithms, or gives SHA-256 the weight 0. A malformed header asks for nothing in particular.
 */
export function wantsSha256(header: string | null): boolean {
  const weights = header === null ? new Map<string, unknown>() : readWeights(header)
  return weights.size === 0 || Number(weights.get('sha-256') ?? 0) > 0
}

function readWeights(header: string): Map<string, unknown> {
  try {
    const weights = new Map([...parseDictionary(header)].map(([algorithm, [weight]]) => [algorithm, weight]))
    return [...weights.values()].every(Number.isInteger) ? weights : new Map()
  } catch {
    return new Map()
  }
}
