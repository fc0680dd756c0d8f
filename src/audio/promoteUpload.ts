/** Third step of an upload: what was verified becomes the clip's audio. */
import { Problem } from '../http/problem.ts'
import { awaitStorage } from '../http/storage.ts'
import { audioKey, writeMetadata, type AudioMetadata } from './objects.ts'
import type { Staged } from './stageUpload.ts'

/**
 * Copies a staged upload to the clip's own key, as a stream. R2 checks the digest while it writes, and keeps it with the
 * object: what is stored and served is what was hashed on arrival.
 */
export async function promoteUpload(
  bucket: R2Bucket,
  clipId: string,
  staged: Staged,
  metadata: Omit<AudioMetadata, 'storedAt'>,
): Promise<void> {
  const source = await awaitStorage(bucket.get(staged.key))
  if (!source) throw new Problem('storage-unavailable', { cause: 'the staged upload is missing' })
  await awaitStorage(
    bucket.put(audioKey(clipId), source.body, {
      sha256: staged.sha256,
      ...writeMetadata({ ...metadata, storedAt: new Date() }),
    }),
  )
}
