/** Hiding a clip while the cache is unwilling: it says so, and the queue does not give up. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { cachedApp, createApp } from '../src/app.ts'
import { consumeJobs } from '../src/audio/consumeJobs.ts'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call, database, emptyLibrary, expectProblem, fixture, uploaded } from './api.ts'
import { cacheInFront } from './cacheInFront.ts'
import { callWith } from './faults.ts'

beforeEach(emptyLibrary)

type Job = { body: unknown; options: QueueSendOptions | undefined }

/** The product with a cache that refuses purges while `refuses` is true, and what it sent to the queue. */
function product() {
  const jobs: Job[] = []
  const send: Queue['send'] = async (body, options) => {
    jobs.push({ body, options })
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  }
  const bindings = { ...env, JOBS: { ...env.JOBS, send } }
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

const patchTo = (visibility: string) => ({
  method: 'PATCH',
  headers: { ...asAdmin, 'Content-Type': 'application/json' },
  body: JSON.stringify({ visibility }),
})

/** Delivers a job as the queue would; whether it was acknowledged, or comes again. */
async function deliver(body: unknown, purge: (tags: string[]) => Promise<void>) {
  const batch = createMessageBatch('clips-jobs', [{ id: '1', timestamp: new Date(), attempts: 1, body }])
  await consumeJobs(batch, { db: database(), bucket: env.BUCKET, purge })
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext())
  return { acked: explicitAcks.length === 1, again: retryMessages.length === 1 }
}

describe('a refused purge', () => {
  it('is said, and repeated until it is accepted', async () => {
    const { ask, jobs, state, purge, cache } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Soon hidden' })
    await (await ask(`/api/clips/${id}/stream`)).bytes()
    expect(cache.entries.size).toBe(1)

    const hidden = Clip.parse(await (await ask(`/api/clips/${id}`, patchTo('private'))).json())
    expect(hidden).toMatchObject({ visibility: 'private', purge_pending: true })
    expect(jobs.map(({ body }) => body)).toEqual([{ kind: 'purge', clip: id }])

    expect(await deliver(jobs[0]?.body, purge)).toEqual({ acked: false, again: true })
    const still = Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
    expect(still.purge_pending).toBe(true)

    state.refuses = false
    expect(await deliver(jobs[0]?.body, purge)).toEqual({ acked: true, again: false })
    expect(cache.entries.size).toBe(0)
    const done = Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
    expect(done.purge_pending).toBe(false)
    await expectProblem(await ask(`/api/clips/${id}/stream`), 404, 'clip-not-found')
  })

  it('is tried again by the next PATCH', async () => {
    const { ask, state } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await ask(`/api/clips/${id}`, patchTo('private'))
    state.refuses = false
    const again = Clip.parse(await (await ask(`/api/clips/${id}`, patchTo('private'))).json())
    expect(again.purge_pending).toBe(false)
  })
})

describe('an accepted purge', () => {
  it('answers with nothing pending, and is repeated a little later for what was being fetched', async () => {
    const { ask, jobs, state } = product()
    state.refuses = false
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const hidden = Clip.parse(await (await ask(`/api/clips/${id}`, patchTo('private'))).json())
    expect(hidden.purge_pending).toBe(false)
    expect(jobs).toEqual([{ body: { kind: 'purge', clip: id }, options: { delaySeconds: 60 } }])
  })

  it('is not needed where nothing that streaming shows has changed', async () => {
    const { ask, jobs } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await ask(`/api/clips/${id}`, patchTo('public'))
    expect(jobs).toEqual([])
  })
})

describe('a deletion', () => {
  const remove = { method: 'DELETE', headers: asAdmin }

  it('has the queue purge, whatever the cache says now', async () => {
    const { ask, jobs, state, purge, cache } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await (await ask(`/api/clips/${id}/stream`)).bytes()
    expect((await ask(`/api/clips/${id}`, remove)).status).toBe(204)
    expect(cache.entries.size).toBe(1)
    state.refuses = false
    expect(await deliver(jobs[0]?.body, purge)).toEqual({ acked: true, again: false })
    expect(cache.entries.size).toBe(0)
  })

  it('is one though the queue takes no job', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const send = async () => await Promise.reject(new Error('queue away'))
    const response = await callWith({ ...env, JOBS: { ...env.JOBS, send } }, `/api/clips/${id}`, remove)
    expect(response.status).toBe(204)
    await expectProblem(await call(`/api/clips/${id}`), 404, 'clip-not-found')
  })
})

it('wins over an edit whose label is written later', async () => {
  const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = new Proxy(env.BUCKET, {
    get(bucket, name: keyof R2Bucket) {
      const operation: unknown = Reflect.get(bucket, name)
      if (typeof operation !== 'function') return operation
      return async (...args: unknown[]) => {
        if (name === 'put') {
          reached.resolve()
          await released.promise
        }
        return await Reflect.apply(operation, bucket, args)
      }
    },
  })
  const title = { ...patchTo('public'), body: JSON.stringify({ title: 'Later' }) }
  const renaming = callWith({ ...env, BUCKET: slow }, `/api/clips/${id}`, title)
  await reached.promise
  expect((await call(`/api/clips/${id}`, patchTo('private'))).status).toBe(200)
  released.resolve()
  expect((await renaming).status).toBe(200)
  await expectProblem(await call(`/api/clips/${id}/stream`), 404, 'clip-not-found')
})

it('a job that cannot be read is kept for the dead-letter queue', async () => {
  expect(await deliver({ kind: 'nonsense' }, async () => {})).toEqual({ acked: false, again: true })
})
