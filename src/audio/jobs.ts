/** The queue of jobs about audio: purges, and what a request could not finish in R2. */
import { z } from 'zod'
import { clearPurgePending } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import { selectRowStates } from '../db/maintenance.ts'
import type { CachedEntrypoint } from '../http/cache.ts'
import { describeError, logLine } from '../http/log.ts'
import { deleteAudio, syncMetadata, type Synced } from './objects.ts'
import { purgeClips } from './purgeCache.ts'

/**
 * `purge`: give the audio the visibility of its row, then purge the cache. `delete`: the same for a clip whose row was going
 * to be deleted; if the row is gone, its audio is deleted too.
 */
export const AudioJob = z.object({ kind: z.enum(['purge', 'delete']), clip: z.uuid() })
export type AudioJob = z.output<typeof AudioJob>

/**
 * A cache miss that is being filled while the visibility changes may store the old audio after the purge. So each purge is
 * repeated when such a fill has surely ended.
 */
const secondPurgeSeconds = 60

/** Purges are limited to a few a minute. */
export const retrySeconds = 20

/** Sends a job. If the queue fails, the cron does the work, as long as a row remains that says so. */
export async function sendJob(jobs: Queue, job: AudioJob): Promise<void> {
  try {
    await jobs.send(job, { delaySeconds: secondPurgeSeconds })
  } catch (error) {
    logLine('error', 'job-not-queued', { ...job, error: describeError(error) })
  }
}

/** A clip whose sound is to be analysed. Its queue is another: an analysis takes long, and purges must not wait for it. */
export const AnalysisJob = z.object({ clip: z.uuid() })
export type AnalysisJob = z.output<typeof AnalysisJob>

/** A batch of a queue takes so many messages. */
const jobsPerBatch = 100

/** Sends analyses, and returns how many. If the queue fails, the cron sends the rest: their rows say that they are due. */
export async function sendAnalyses(analyses: Queue, clipIds: string[]): Promise<number> {
  for (let first = 0; first < clipIds.length; first += jobsPerBatch) {
    const batch = clipIds.slice(first, first + jobsPerBatch).map((clip) => ({ body: { clip } }))
    try {
      await analyses.sendBatch(batch)
    } catch (error) {
      logLine('warn', 'analyses-not-queued', { clips: batch.length, error: describeError(error) })
      return first
    }
  }
  return clipIds.length
}

/** What jobs and scheduled steps work on. */
export type Stores = { db: Database; bucket: R2Bucket; cached: Pick<CachedEntrypoint, 'purge'> }

/** A clip whose audio is as it should be, so that it may be purged. */
type Ready = Synced & { clip: string }

/**
 * Does a batch of jobs. A job that fails is retried until it succeeds. The metadata comes before the purge, or the cache would
 * store the old audio again. The batch is one purge, because purges are limited and tags are not.
 */
export async function consumeJobs(jobs: Map<Message, AudioJob>, stores: Stores): Promise<void> {
  const ready = new Map<Message, Ready>()
  for (const [message, job] of jobs) {
    const clip = await prepare(job, stores)
    if (clip) ready.set(message, clip)
  }
  const clips = new Set([...ready.values()].map(({ clip }) => clip))
  const purged = await purgeClips(stores.cached, [...clips])
  for (const message of jobs.keys()) {
    const clip = ready.get(message)
    const delaySeconds = clip && purged ? await finish(clip, stores.db) : retrySeconds
    if (delaySeconds === undefined) message.ack()
    else message.retry({ delaySeconds })
  }
}

/** Makes the audio as it should be; undefined if that failed. */
async function prepare(job: AudioJob, stores: Stores): Promise<Ready | undefined> {
  const { kind, clip } = job
  try {
    const synced = await syncMetadata(stores.bucket, stores.db, clip)
    if (kind === 'delete' && synced.revision === undefined) await finishDeletion(clip, stores)
    return synced.inSync ? { clip, ...synced } : undefined
  } catch (error) {
    logLine('warn', 'job-failed', { ...job, error: describeError(error) })
    return undefined
  }
}

/**
 * Deletes the audio of a clip that had a row, if Postgres says explicitly that it has none now. Its id is used, so nothing
 * else can be at its key.
 */
async function finishDeletion(clip: string, { db, bucket }: Stores): Promise<void> {
  const states = await selectRowStates(db, [clip])
  if (states.get(clip) !== 'absent') throw new Error('Postgres did not say that the clip has no row')
  await deleteAudio(bucket, clip)
}

/** After a purge: the seconds until the job repeats it, or undefined if it is done. A changed visibility is purged twice. */
async function finish({ clip, written, revision }: Ready, db: Database): Promise<number | undefined> {
  if (written) return secondPurgeSeconds
  try {
    if (revision !== undefined) await clearPurgePending(db, clip, revision)
    return undefined
  } catch (error) {
    logLine('warn', 'purge-not-recorded', { clip, error: describeError(error) })
    return retrySeconds
  }
}
