/** The queue of jobs about audio: purges that were refused, and those to be repeated. */
import { clearPurgePending } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { forgetCached } from './forgetCached.ts'
import { PurgeJob } from './purgeAudio.ts'

/** Purges are limited to a few a minute. */
const retrySeconds = 20

/** Carries out each job; one that fails comes again, until it is done. */
export async function consumeJobs(
  batch: MessageBatch,
  purge: PurgeCached,
  database: Database,
): Promise<void> {
  for (const message of batch.messages) {
    if (await isDone(message.body, purge, database)) message.ack()
    else message.retry({ delaySeconds: retrySeconds })
  }
}

async function isDone(body: unknown, purge: PurgeCached, database: Database): Promise<boolean> {
  const job = PurgeJob.safeParse(body)
  if (!job.success) return false // it ends in the dead-letter queue, to be looked at
  if (!(await forgetCached(purge, job.data.clip))) return false
  try {
    await clearPurgePending(database, job.data.clip)
    return true
  } catch (error) {
    logLine('warn', 'purge-not-noted', { clip: job.data.clip, error: describeError(error) })
    return false
  }
}
