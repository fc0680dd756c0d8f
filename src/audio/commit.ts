/** Third step of an upload: what was verified becomes the clip's audio. */
import { Problem } from '../http/problem.ts'
import { briefTimeoutMs, storageAway } from '../http/storageAway.ts'
import type { Arrived } from './arrive.ts'
import { audioKey } from './objectKeys.ts'
import { writeLabel, type Label } from './label.ts'

/**
 * Copies what arrived to the clip's own key, R2 to R2 as a stream. R2 checks the digest as it writes, so that
 * what it holds afterwards is what was hashed on arrival, and serves it with the object ever after.
 */
export async function commit(
  bucket: R2Bucket,
  clipId: string,
  arrived: Arrived,
  label: Omit<Label, 'storedAt'>,
): Promise<void> {
  const source = await storageAway(bucket.get(arrived.key))
  if (!source) throw new Problem('storage-away', { cause: 'what has just arrived is not there' })
  await storageAway(
    bucket.put(audioKey(clipId), source.body, {
      sha256: arrived.sha256,
      ...writeLabel({ ...label, storedAt: new Date() }),
    }),
  )
}

/** Clears what arrived. If it fails, the bucket's lifecycle rule for `incoming/` does it. */
export async function clearArrived(bucket: R2Bucket, key: string): Promise<void> {
  await storageAway(bucket.delete(key), briefTimeoutMs).catch(() => {})
}
