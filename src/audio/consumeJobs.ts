/** The queue of jobs about audio: what requests could not do, and purges that are to be repeated. */
import type { Database } from '../db/connection.ts'
import { clearPurgePending } from '../db/purges.ts'
import { selectPresence } from '../db/upkeep.ts'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { deleteStoredBefore } from './deleteAudio.ts'
import { forgetCached } from './forgetCached.ts'
import { AudioJob, retrySeconds, secondPurgeSeconds } from './jobs.ts'
import { settleLabel, type Settled } from './settleLabel.ts'

/** What a job works on. */
export type Stores = { db: Database; bucket: R2Bucket; purge: PurgeCached }

/** A clip whose audio is as it should be: it may be purged. */
type Ready = Settled & { clip: string }

/**
 * Carries out a batch; a job that fails comes again, until it is done. The labels come first: purged before they are
 * right, the cache would be filled with the same again. Then all are one purge, because purges are limited, not tags.
 */
export async function consumeJobs({ messages }: MessageBatch, stores: Stores): Promise<void> {
  const ready = new Map<Message, Ready>()
  for (const message of messages) {
    const clip = await makeReady(message, stores)
    if (clip) ready.set(message, clip)
  }
  const clips = new Set([...ready.values()].map(({ clip }) => clip))
  const forgotten = await forgetCached(stores.purge, ...clips)
  for (const message of messages) {
    const clip = ready.get(message)
    const delaySeconds = clip && forgotten ? await secondsToNext(clip, stores.db) : retrySeconds
    if (delaySeconds === undefined) message.ack()
    else message.retry({ delaySeconds })
  }
}

/** Undefined if it could not be done. A job that cannot be read ends in the dead-letter queue, to be looked at. */
async function makeReady({ body, timestamp }: Message, stores: Stores): Promise<Ready | undefined> {
  const job = AudioJob.safeParse(body)
  if (!job.success) return undefined
  const { kind, clip } = job.data
  try {
    const settled = await settleLabel(stores.bucket, stores.db, clip)
    if (kind === 'delete' && settled.revision === undefined) await finishDeletion(clip, timestamp, stores)
    return settled.agrees ? { clip, ...settled } : undefined
  } catch (error) {
    logLine('warn', 'job-not-done', { ...job.data, error: describeError(error) })
    return undefined
  }
}

/**
 * Deletes the audio of a clip whose row was deleted. Only an explicit _no_ of Postgres counts, as for the reconciler.
 * An upload that is tried again with its idempotency key makes the clip anew under the same id, and may be between
 * commit and record now. It has stored its audio after the row was deleted, and so after this job was sent: what is
 * younger than the job stays, and is the reconciler's if it never gets a row.
 */
async function finishDeletion(clip: string, sentAt: Date, { db, bucket }: Stores): Promise<void> {
  const { absent } = await selectPresence(db, [clip])
  if (!absent.has(clip)) throw new Error('Postgres did not say that the clip has no row')
  await deleteStoredBefore(bucket, clip, sentAt)
}

/** After a purge: undefined when that was all. A label that this job had to write is purged twice, as after a PATCH. */
async function secondsToNext({ clip, written, revision }: Ready, db: Database): Promise<number | undefined> {
  if (written) return secondPurgeSeconds
  try {
    if (revision !== undefined) await clearPurgePending(db, clip, revision)
    return undefined
  } catch (error) {
    logLine('warn', 'purge-not-noted', { clip, error: describeError(error) })
    return retrySeconds
  }
}
