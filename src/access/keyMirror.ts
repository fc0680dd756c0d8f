/**
 * What streaming needs of API keys, in R2: a stream of private audio is allowed or not without asking Postgres. One
 * small object a key, by its hash.
 */
import { z } from 'zod'
import { readRetried, storageAway } from '../http/storageAway.ts'
import { Scope, type Caller } from './scope.ts'

const MirroredKey = z.object({
  id: z.uuid(),
  scopes: z.array(Scope),
  expires_at: z.iso.datetime().nullable(),
})

export type MirroredKey = z.output<typeof MirroredKey>

function mirrorKey(hash: string): string {
  return `keys/${hash}`
}

/** Written before the row: a mirror without a row is of a key that nobody has been told. */
export async function mirrorApiKey(bucket: R2Bucket, hash: string, key: MirroredKey): Promise<void> {
  await storageAway(bucket.put(mirrorKey(hash), JSON.stringify(key)))
}

/** Deleted before the row is marked: a key that is said to be revoked is so everywhere. */
export async function unmirrorApiKey(bucket: R2Bucket, hash: string): Promise<void> {
  await storageAway(bucket.delete(mirrorKey(hash)))
}

/** The caller with the key of this hash; undefined if there is none, or it has expired. */
export async function readMirroredKey(
  bucket: R2Bucket,
  hash: string,
  nowMs: number,
): Promise<Caller | undefined> {
  const object = await readRetried(async () => await bucket.get(mirrorKey(hash)))
  if (!object) return undefined
  const key = MirroredKey.parse(await object.json())
  if (key.expires_at !== null && Date.parse(key.expires_at) <= nowMs) return undefined
  return { keyId: key.id, scopes: new Set(key.scopes) }
}
