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

/** What a job works on, and the queue of those that nobody can do. */
export type Stores = { db: Database; bucket: R2Bucket; purge: PurgeCached; dead: Queue }

/** A clip whose audio is as it should be: it may be purged. */
type Ready = Settled & { clip: string }

/**
 * Carries out a batch; a job that fails comes again, until it is done, and one that cannot be read goes to the
 * dead-letter queue at once, since it would never be. The labels come first: purged before they are
 * right, the cache would be filled with the same again. Then all are one purge, because purges are limited, not tags.
 */
export async function consumeJobs({ messages }: MessageBatch, stores: Stores): Promise<void> {
  const ready = new Map<Message, Ready>()
  const jobs = new Map<Message, AudioJob>()
  for (const message of messages) {
    const { data } = AudioJob.safeParse(message.body)
    if (data) jobs.set(message, data)
    else await bury(message, stores.dead)
  }
  for (const [message, job] of jobs) {
    const clip = await makeReady(job, message.timestamp, stores)
    if (clip) ready.set(message, clip)
  }
  const clips = new Set([...ready.values()].map(({ clip }) => clip))
  const forgotten = await forgetCached(stores.purge, ...clips)
  for (const message of jobs.keys()) {
    const clip = ready.get(message)
    const delaySeconds = clip && forgotten ? await secondsToNext(clip, stores.db) : retrySeconds
    if (delaySeconds === undefined) message.ack()
    else message.retry({ delaySeconds })
  }
}

async function bury(message: Message, dead: Queue): Promise<void> {
  try {
    await dead.send(message.body)
    message.ack()
    logLine('error', 'no-job', { message: message.id })
  } catch (error) {
    logLine('error', 'no-job-not-buried', { message: message.id, error: describeError(error) })
    message.retry({ delaySeconds: retrySeconds })
  }
}

/** Undefined if it could not be done. */
async function makeReady(job: AudioJob, sentAt: Date, stores: Stores): Promise<Ready | undefined> {
  const { kind, clip } = job
  try {
    const settled = await settleLabel(stores.bucket, stores.db, clip)
    if (kind === 'delete' && settled.revision === undefined) await finishDeletion(clip, sentAt, stores)
    return settled.agrees ? { clip, ...settled } : undefined
  } catch (error) {
    logLine('warn', 'job-not-done', { ...job, error: describeError(error) })
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
