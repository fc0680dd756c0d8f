/**
 * API keys, and their copies in R2. A key is `clips_` and 256 random bits, and only its hash is stored. Streams read the
 * copy (`keys/{hash}`: id, scopes, expiry), so that private audio plays while Postgres is down.
 */
import { z } from 'zod'
import { awaitStorage, retryStorageRead } from '../http/storage.ts'
import { Scope, type Caller } from './permissions.ts'

/** A new key. It is shown once. */
export function generateKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return `clips_${bytes.toBase64({ alphabet: 'base64url', omitPadding: true })}`
}

/** Whether a text has the form of a generated key; no other text is worth a look-up. */
export function isWellFormedKey(text: string): boolean {
  return /^clips_[A-Za-z0-9_-]{43}$/.test(text)
}

/** SHA-256, lower-case hex. A key has 256 random bits, so it needs no slow hash. */
export async function hashKey(key: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))).toHex()
}

const MirroredKey = z.object({
  id: z.uuid(),
  scopes: z.array(Scope),
  expires_at: z.iso.datetime().nullable(),
})

export type MirroredKey = z.output<typeof MirroredKey>

/** The copies of all keys. */
export const mirroredKeysPrefix = 'keys/'

function objectKey(hash: string): string {
  return mirroredKeysPrefix + hash
}

/** The hash whose copy is at this key; undefined if it is none of ours. */
export function hashOf(key: string): string | undefined {
  return /^keys\/([0-9a-f]{64})$/.exec(key)?.[1]
}

/** Call it before the row is inserted: a copy without a row belongs to a key that nobody has. */
export async function mirrorApiKey(bucket: R2Bucket, hash: string, key: MirroredKey): Promise<void> {
  await awaitStorage(bucket.put(objectKey(hash), JSON.stringify(key)))
}

/** Call it before the row is marked: a key that is reported as revoked is then revoked everywhere. */
export async function deleteMirroredKey(bucket: R2Bucket, hash: string): Promise<void> {
  await awaitStorage(bucket.delete(objectKey(hash)))
}

/** The caller with this key; undefined if there is no such key, or it has expired. */
export async function readMirroredKey(
  bucket: R2Bucket,
  hash: string,
  nowMs: number,
): Promise<Caller | undefined> {
  const object = await retryStorageRead(async () => await bucket.get(objectKey(hash)))
  if (!object) return undefined
  const key = MirroredKey.parse(await object.json())
  if (key.expires_at !== null && Date.parse(key.expires_at) <= nowMs) return undefined
  return { keyId: key.id, scopes: new Set(key.scopes) }
}
