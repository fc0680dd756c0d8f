import { logLine } from '../http/requestLog.ts'
import { briefTimeoutMs, storageAway } from '../http/storageAway.ts'
import { audioKey } from './objectKeys.ts'

/** Deletes a clip's audio. Where R2 does not let it, the clip is gone all the same: the reconciler clears it. */
export async function deleteAudio(bucket: R2Bucket, clipId: string): Promise<void> {
  try {
    await storageAway(bucket.delete(audioKey(clipId)), briefTimeoutMs)
  } catch (error) {
    logLine('warn', 'audio-not-deleted', { clip: clipId, error: String(error) })
  }
}
