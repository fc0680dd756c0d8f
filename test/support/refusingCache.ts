/** The product with a cache that may refuse purges, and with a queue whose jobs the test delivers. */
import { createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { app } from '../../src/app.ts'
import type { CachedEntrypoint } from '../../src/http/cache.ts'
import { queueHandler } from '../../src/maintenance/queues.ts'
import { asAdmin } from './api.ts'
import { cacheInFront } from './cacheInFront.ts'
import { contextWith, uncached } from './product.ts'

export type Job = { body: unknown; options: QueueSendOptions | undefined }

/**
 * The product with a cache that refuses purges while `refuses` is true, and the jobs that it sent to the queue. `nowMs` is the
 * cache's clock.
 */
export function product(changed: object = {}, nowMs = Date.now) {
  const jobs: Job[] = []
  const send: Queue['send'] = async (body, options) => {
    jobs.push({ body, options })
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  }
  const bindings: Env = Object.assign({ ...env }, { JOBS: { ...env.JOBS, send } }, changed)
  const cache = cacheInFront(uncached(bindings).fetch, nowMs)
  const state = { refuses: true }
  const purge = async (tags: string[]) => {
    if (state.refuses) throw new Error('purge refused: rate limited')
    await cache.purge(tags)
  }
  const context = contextWith({ fetch: cache.fetch, purge })
  const ask = async (path: string, init: RequestInit = {}) =>
    await app.fetch(new Request(new URL(path, 'https://clips.test'), init), bindings, context)
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

/** What a consumer works on: other bindings, and another purge. */
export type Stores = { bucket: R2Bucket; dead: Queue; endpoint: string; purge: CachedEntrypoint['purge'] }

/** Delivers jobs as one batch, like the queue: which were acknowledged, and the delay of each retry. */
export async function deliverAll(bodies: unknown[], stores: Partial<Stores>) {
  const messages = bodies.map((body, nth) => ({ id: String(nth), timestamp: new Date(), attempts: 1, body }))
  const batch = createMessageBatch('clips-jobs', messages)
  const retries = batch.messages.map((message) => vi.spyOn(message, 'retry'))
  const bindings = {
    ...env,
    ...(stores.bucket && { BUCKET: stores.bucket }),
    ...(stores.dead && { JOBS_DEAD: stores.dead }),
    ...(stores.endpoint && { DATABASE_ENDPOINT: stores.endpoint }),
  }
  const context = contextWith({ ...uncached(), ...(stores.purge && { purge: stores.purge }) })
  await queueHandler(batch, bindings, context)
  const { explicitAcks } = await getQueueResult(batch, context)
  return messages.map(({ id }, nth) => ({
    acked: explicitAcks.includes(id),
    again: retries[nth]?.mock.lastCall?.[0]?.delaySeconds,
  }))
}

/** Delivers one job. */
export async function deliver(body: unknown, stores: Partial<Stores>) {
  const [result] = await deliverAll([body], stores)
  return result
}
