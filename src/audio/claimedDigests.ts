/** The digests that a client says its request has (RFC 9530), and whether they hold. Pure. */
import { parseDictionary } from 'structured-headers'
import { Problem } from '../http/problem.ts'
import { digestBytes, type DigestAlgorithm, type Digests } from './digests.ts'

export type ClaimedDigest = { algorithm: DigestAlgorithm; header: string; digest: Uint8Array }

/** A request's body is not encoded in any way, so that its content is its representation. */
const digestHeaders = ['Content-Digest', 'Repr-Digest']

/**
 * Reads `Content-Digest` and `Repr-Digest`. Algorithms that we do not know are passed over as long as one is left
 * to check; a digest that its algorithm cannot give, or a header that is no dictionary, is a 400.
 */
export function readClaimedDigests(headers: Headers): ClaimedDigest[] {
  const members = digestHeaders.flatMap((header) => readMembers(header, headers.get(header)))
  const claims = members.flatMap(({ header, algorithm, value }) =>
    isKnown(algorithm) ? [{ header, algorithm, digest: readValue(header, algorithm, value) }] : [],
  )
  if (members.length > 0 && claims.length === 0) {
    throw new Problem('digest-unsupported-algorithms', {
      members: { 'unsupported-algorithms': members.map(({ algorithm, header }) => ({ algorithm, header })) },
      headers: { 'Want-Repr-Digest': 'sha-256=10, sha-512=5' },
    })
  }
  return claims
}

/** Throws a 400 that names every digest that does not hold. */
export function checkClaimedDigests(claims: ClaimedDigest[], digests: Digests): void {
  const mismatching = claims.filter(({ algorithm, digest }) => !equal(digest, digests.get(algorithm)))
  if (mismatching.length === 0) return
  throw new Problem('digest-mismatching-values', {
    detail: 'What arrived is not what was sent. Send it again.',
    members: {
      'mismatching-digests': mismatching.map(({ algorithm, header, digest }) => ({
        algorithm,
        'provided-digest': `:${digest.toBase64()}:`,
        header,
      })),
    },
  })
}

type Member = { header: string; algorithm: string; value: unknown }

function readMembers(header: string, text: string | null): Member[] {
  if (text === null) return []
  try {
    return [...parseDictionary(text)].map(([algorithm, [value]]) => ({ header, algorithm, value }))
  } catch {
    throw new Problem('malformed-request', { detail: `${header} is not a dictionary of byte sequences.` })
  }
}

function readValue(header: string, algorithm: DigestAlgorithm, value: unknown): Uint8Array {
  const digest = value instanceof ArrayBuffer ? new Uint8Array(value) : undefined
  if (digest?.byteLength === digestBytes[algorithm]) return digest
  const reason = digest ? `is not ${digestBytes[algorithm]} bytes long` : 'is not a byte sequence'
  throw new Problem('digest-invalid-values', {
    members: { 'invalid-digests': [{ algorithm, header, reason: `digest value ${reason}` }] },
  })
}

function isKnown(algorithm: string): algorithm is DigestAlgorithm {
  return Object.hasOwn(digestBytes, algorithm)
}

function equal(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])
}
