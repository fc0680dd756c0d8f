/** Has the cache let go of a clip's audio, now or as soon as it will. */
import { z } from 'zod'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { forgetCached } from './forgetCached.ts'

/** A job of the queue: purge this clip's audio. */
export const PurgeJob = z.object({ kind: z.literal('purge'), clip: z.uuid() })
export type PurgeJob = z.output<typeof PurgeJob>

/**
 * A miss that was being filled while the label changed may put the old audio into the cache after the purge. So
 * what was hidden or deleted is purged once more when such a fill has surely ended.
 */
const secondPurgeSeconds = 60
/** Purges are limited to a few a minute. */
const retrySeconds = 20

/** Purges, and once more a little later. True if the purge was accepted; a refused one is left to the queue. */
export async function purgeAudio(purge: PurgeCached, jobs: Queue, clip: string): Promise<boolean> {
  const accepted = await forgetCached(purge, clip)
  await purgeLater(jobs, clip, accepted ? secondPurgeSeconds : retrySeconds)
  return accepted
}

/** Has the queue purge. If it takes no job, the cron does, as long as there is a row to remind it. */
export async function purgeLater(
  jobs: Queue,
  clip: string,
  delaySeconds = secondPurgeSeconds,
): Promise<void> {
  const job: PurgeJob = { kind: 'purge', clip }
  try {
    await jobs.send(job, { delaySeconds })
  } catch (error) {
    logLine('error', 'purge-not-queued', { clip, error: describeError(error) })
  }
}
