/** Every queue that this Worker consumes, by name. */
import { consumeJobs } from '../audio/consumeJobs.ts'
import { connect } from '../db/connection.ts'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { readSettings } from '../http/settings.ts'
import { consumePlays } from '../plays/consumePlays.ts'

/** Hands a batch to its queue's consumer. One of a queue that nobody knows is not lost: it is retried. */
export function consumesQueues(purge: PurgeCached): ExportedHandlerQueueHandler<Env> {
  return async (batch, env) => {
    if (batch.queue === 'clips-plays') return await consumePlays(batch, env)
    if (batch.queue === 'clips-jobs') {
      const db = connect(readSettings(env).database)
      return await consumeJobs(batch, { db, bucket: env.BUCKET, purge, dead: env.JOBS_DEAD })
    }
    throw new Error(`nobody consumes the queue ${batch.queue}`)
  }
}
