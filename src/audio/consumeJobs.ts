/** The queue of jobs about audio: purges that were refused, and those to be repeated. */
import { clearPurgePending } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { forgetCached } from './forgetCached.ts'
import { PurgeJob } from './purgeAudio.ts'
import { settleLabel } from './settleLabel.ts'

/** Purges are limited to a few a minute. */
const retrySeconds = 20

/** What a job works on. */
export type Stores = { db: Database; bucket: R2Bucket; purge: PurgeCached }

/** Carries out each job; one that fails comes again, until it is done. */
export async function consumeJobs(batch: MessageBatch, stores: Stores): Promise<void> {
  for (const message of batch.messages) {
    if (await isDone(message.body, stores)) message.ack()
    else message.retry({ delaySeconds: retrySeconds })
  }
}

async function isDone(body: unknown, { bucket, purge, db }: Stores): Promise<boolean> {
  const job = PurgeJob.safeParse(body)
  if (!job.success) return false // it ends in the dead-letter queue, to be looked at
  const { clip } = job.data
  try {
    // Purged before the label is right, the cache would be filled with the same again.
    const { agrees } = await settleLabel(bucket, db, clip)
    if (!(await forgetCached(purge, clip)) || !agrees) return false
    await clearPurgePending(db, clip)
    return true
  } catch (error) {
    logLine('warn', 'purge-not-done', { clip, error: describeError(error) })
    return false
  }
}
