/** Hiding a clip while the cache is unwilling: it says so, and the queue does not give up. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, uploaded } from './api.ts'
import { callWith } from './faults.ts'
import { acked, again, deliver, patchOf, patchTo, product } from './unwillingCache.ts'

beforeEach(emptyLibrary)

describe('a refused purge', () => {
  it('is said, and repeated until it is accepted', async () => {
    const { ask, jobs, state, purge, cache } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Soon hidden' })
    await (await ask(`/api/clips/${id}/stream`)).bytes()
    expect(cache.entries.size).toBe(1)

    const hidden = Clip.parse(await (await ask(`/api/clips/${id}`, patchTo('private'))).json())
    expect(hidden).toMatchObject({ visibility: 'private', purge_pending: true })
    expect(jobs.map(({ body }) => body)).toEqual([{ kind: 'purge', clip: id }])

    expect(await deliver(jobs[0]?.body, { purge })).toEqual(again(20))
    const still = Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
    expect(still.purge_pending).toBe(true)

    state.refuses = false
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(acked)
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
    const repeated = Clip.parse(await (await ask(`/api/clips/${id}`, patchTo('private'))).json())
    expect(repeated.purge_pending).toBe(false)
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
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(acked)
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
  const renaming = callWith({ ...env, BUCKET: slow }, `/api/clips/${id}`, patchOf({ title: 'Later' }))
  await reached.promise
  expect((await call(`/api/clips/${id}`, patchTo('private'))).status).toBe(200)
  released.resolve()
  expect((await renaming).status).toBe(200)
  await expectProblem(await call(`/api/clips/${id}/stream`), 404, 'clip-not-found')
})
