/** The jobs about audio that the queue takes, and when it delivers them. */
import { z } from 'zod'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'

/**
 * `purge`: give the audio the label of its row, then have the cache let go of it. `delete`: the same for a clip
 * that was to be deleted, and its audio with it if its row is gone.
 */
export const AudioJob = z.object({ kind: z.enum(['purge', 'delete']), clip: z.uuid() })
export type AudioJob = z.output<typeof AudioJob>

/**
 * A miss that was being filled while the label changed may put the old audio into the cache after the purge. So
 * what was hidden or deleted is purged once more when such a fill has surely ended.
 */
export const secondPurgeSeconds = 60

/** Purges are limited to a few a minute. */
export const retrySeconds = 20

/** Sends a job. If the queue takes none, the cron does what is to be done, as long as there is a row to remind it. */
export async function sendJob(
  jobs: Queue,
  job: AudioJob,
  delaySeconds: number = secondPurgeSeconds,
): Promise<void> {
  try {
    await jobs.send(job, { delaySeconds })
  } catch (error) {
    logLine('error', 'job-not-queued', { ...job, error: describeError(error) })
  }
}
