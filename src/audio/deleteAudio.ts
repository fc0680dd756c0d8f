import { logLine } from '../http/requestLog.ts'
import { briefTimeoutMs, readRetried, storageAway } from '../http/storageAway.ts'
import { audioKey } from './objectKeys.ts'

/** Deletes a clip's audio. Where R2 does not let it, the clip is gone all the same: its job deletes it. */
export async function deleteAudio(bucket: R2Bucket, clipId: string): Promise<void> {
  try {
    await storageAway(bucket.delete(audioKey(clipId)), briefTimeoutMs)
  } catch (error) {
    logLine('warn', 'audio-not-deleted', { clip: clipId, error: String(error) })
  }
}

/** Deletes a clip's audio unless R2 has stored it since. Throws where R2 does not let it. */
export async function deleteStoredBefore(bucket: R2Bucket, clipId: string, time: Date): Promise<void> {
  const key = audioKey(clipId)
  const head = await readRetried(async () => await bucket.head(key))
  if (head && head.uploaded <= time) await storageAway(bucket.delete(key), briefTimeoutMs)
}
