/** The product with a cache that may refuse purges and a queue that keeps its jobs, and delivery of these jobs. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { cachedApp, createApp } from '../src/app.ts'
import { consumeJobs, type Stores } from '../src/audio/consumeJobs.ts'
import { asAdmin, database } from './api.ts'
import { cacheInFront } from './cacheInFront.ts'

export type Job = { body: unknown; options: QueueSendOptions | undefined }

/** The product with a cache that refuses purges while `refuses` is true, and what it sent to the queue. */
export function product(changed: Partial<Env> = {}) {
  const jobs: Job[] = []
  const send: Queue['send'] = async (body, options) => {
    jobs.push({ body, options })
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  }
  const bindings = { ...env, JOBS: { ...env.JOBS, send }, ...changed }
  const cache = cacheInFront(
    async (request) => await cachedApp.fetch(request, bindings, createExecutionContext()),
  )
  const state = { refuses: true }
  const purge = async (tags: string[]) => {
    if (state.refuses) throw new Error('purge refused: rate limited')
    await cache.purge(tags)
  }
  const app = createApp({ fetch: cache.fetch, purge })
  const ask = async (path: string, init: RequestInit = {}) =>
    await app.fetch(new Request(`https://clips.test${path}`, init), bindings, createExecutionContext())
  return { ask, jobs, state, purge, cache }
}

/** A merge patch by the admin. */
export const patchOf = (patch: object) => ({
  method: 'PATCH',
  headers: { ...asAdmin, 'Content-Type': 'application/json' },
  body: JSON.stringify(patch),
})

export const patchTo = (visibility: string) => patchOf({ visibility })

export const acked = { acked: true, again: undefined }
/** A job that comes again after so many seconds. */
export const again = (seconds: number) => ({ acked: false, again: seconds })

/** Delivers jobs as one batch, as the queue would: which were acknowledged, and after how long each other comes again. */
export async function deliverAll(bodies: unknown[], stores: Partial<Stores>, sentAt = new Date()) {
  const messages = bodies.map((body, nth) => ({ id: String(nth), timestamp: sentAt, attempts: 1, body }))
  const batch = createMessageBatch('clips-jobs', messages)
  const retries = batch.messages.map((message) => vi.spyOn(message, 'retry'))
  const real = { db: database(), bucket: env.BUCKET, purge: async () => {}, dead: env.JOBS_DEAD }
  await consumeJobs(batch, { ...real, ...stores })
  const { explicitAcks } = await getQueueResult(batch, createExecutionContext())
  return messages.map(({ id }, nth) => ({
    acked: explicitAcks.includes(id),
    again: retries[nth]?.mock.lastCall?.[0]?.delaySeconds,
  }))
}

/** Delivers one job. */
export async function deliver(body: unknown, stores: Partial<Stores>, sentAt?: Date) {
  const [result] = await deliverAll([body], stores, sentAt)
  return result
}
