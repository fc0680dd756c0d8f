/** The queues of this Worker, by name, and the handler that hands each batch to its consumer. */
import type { z } from 'zod'
import { AnalysisJob, AudioJob, consumeJobs, retrySeconds } from '../audio/jobs.ts'
import { connect } from '../db/connection.ts'
import type { CachedContext } from '../http/cache.ts'
import { describeError, logLine } from '../http/log.ts'
import { readSettings } from '../http/settings.ts'
import { consumePlays, PlayMessage } from '../plays/consumePlays.ts'
import { consumeAnalyses } from '../sound/consumeAnalyses.ts'

/** Hands a batch to its consumer. An unknown queue throws, so its messages are retried and not lost. */
export async function queueHandler(batch: MessageBatch, env: Env, context: CachedContext): Promise<void> {
  const { database, playWindowSeconds } = readSettings(env)
  const db = connect(database)
  if (batch.queue === 'clips-plays') {
    const plays = await parseMessages(batch, PlayMessage, env.PLAYS_DEAD)
    await consumePlays(plays, db, playWindowSeconds)
  } else if (batch.queue === 'clips-jobs') {
    const jobs = await parseMessages(batch, AudioJob, env.JOBS_DEAD)
    await consumeJobs(jobs, { db, bucket: env.BUCKET, cached: context.exports.Cached })
  } else if (batch.queue === 'clips-analyses') {
    const analyses = await parseMessages(batch, AnalysisJob, env.ANALYSES_DEAD)
    await consumeAnalyses(analyses, { db, bucket: env.BUCKET })
  } else {
    throw new Error(`the queue ${batch.queue} has no consumer`)
  }
}

/** The bodies of a batch. A malformed one would fail for ever, so it goes to the dead-letter queue at once. */
async function parseMessages<Body>(
  { messages, queue }: MessageBatch,
  schema: z.ZodType<Body>,
  deadLetters: Queue,
): Promise<Map<Message, Body>> {
  const bodies = new Map<Message, Body>()
  for (const message of messages) {
    const { data, success } = schema.safeParse(message.body)
    if (success) bodies.set(message, data)
    else await moveToDeadLetters(message, queue, deadLetters)
  }
  return bodies
}

async function moveToDeadLetters(message: Message, queue: string, deadLetters: Queue): Promise<void> {
  try {
    await deadLetters.send(message.body)
    message.ack()
    logLine('error', 'malformed-message', { queue, message: message.id })
  } catch (error) {
    logLine('error', 'malformed-message-not-moved', {
      queue,
      message: message.id,
      error: describeError(error),
    })
    message.retry({ delaySeconds: retrySeconds })
  }
}
