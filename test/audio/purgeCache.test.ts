/** Hiding and deleting take the audio out of the cache: at once, or by the queue if the cache refuses. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import { Clip } from '../../src/clips/clip.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, uploaded } from '../support/api.ts'
import { cacheInFront } from '../support/cacheInFront.ts'
import { countingBucket, type Counts } from '../support/counting.ts'
import { callWith, contextWith, uncached } from '../support/product.ts'
import { acked, again, deliver, patchTo, product } from '../support/refusingCache.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

beforeEach(emptyLibrary)

describe('a refused purge', () => {
  it('is reported, and repeated until it is accepted', async () => {
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

  it('is repeated by the next PATCH', async () => {
    const { ask, state } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await ask(`/api/clips/${id}`, patchTo('private'))
    state.refuses = false
    const repeated = Clip.parse(await (await ask(`/api/clips/${id}`, patchTo('private'))).json())
    expect(repeated.purge_pending).toBe(false)
  })
})

describe('an accepted purge', () => {
  it('leaves nothing pending, and is repeated a minute later for a fill that was under way', async () => {
    const { ask, jobs, state } = product()
    state.refuses = false
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const hidden = Clip.parse(await (await ask(`/api/clips/${id}`, patchTo('private'))).json())
    expect(hidden.purge_pending).toBe(false)
    expect(jobs).toEqual([{ body: { kind: 'purge', clip: id }, options: { delaySeconds: 60 } }])
  })

  it('is not needed if nothing that streaming shows has changed', async () => {
    const { ask, jobs } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await ask(`/api/clips/${id}`, patchTo('public'))
    expect(jobs).toEqual([])
  })
})

describe('a deletion', () => {
  const remove = { method: 'DELETE', headers: asAdmin }

  it('is purged by the queue too, whatever the cache answers', async () => {
    const { ask, jobs, state, purge, cache } = product()
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await (await ask(`/api/clips/${id}/stream`)).bytes()
    expect((await ask(`/api/clips/${id}`, remove)).status).toBe(204)
    expect(cache.entries.size).toBe(1)
    state.refuses = false
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(acked)
    expect(cache.entries.size).toBe(0)
  })

  it('is done even if the queue refuses the job', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const send = async () => await Promise.reject(new Error('the queue is unavailable'))
    const response = await callWith({ ...env, JOBS: { ...env.JOBS, send } }, `/api/clips/${id}`, remove)
    expect(response.status).toBe(204)
    await expectProblem(await call(`/api/clips/${id}`), 404, 'clip-not-found')
  })
})

it('hiding wins over an earlier edit whose metadata is written later', async () => {
  const { id } = await uploaded(fixture('opus.opus'), { title: 'x', visibility: 'private' })
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = wrapBucket(env.BUCKET, async ({ name }, act) => {
    if (name === 'put') {
      reached.resolve()
      await released.promise
    }
    return await act()
  })
  const publishing = callWith({ ...env, BUCKET: slow }, `/api/clips/${id}`, patchTo('public'))
  await reached.promise
  expect((await call(`/api/clips/${id}`, patchTo('private'))).status).toBe(200)
  released.resolve()
  expect((await publishing).status).toBe(200)
  await expectProblem(await call(`/api/clips/${id}/stream`), 404, 'clip-not-found')
})

describe('a cache that accepts purges', () => {
  const change = async (
    cached: ReturnType<typeof cacheInFront>,
    clip: string,
    init: RequestInit,
    bindings = env,
  ) => {
    const headers = { ...asAdmin, 'Content-Type': 'application/merge-patch+json' }
    const request = new Request(`https://clips.test/api/clips/${clip}`, { ...init, headers })
    return await app.fetch(request, bindings, contextWith(cached))
  }
  const listen = async (cached: ReturnType<typeof cacheInFront>, clip: string) =>
    await app.fetch(new Request(`https://clips.test/api/clips/${clip}/stream`), env, contextWith(cached))

  it.each([
    ['hiding', { method: 'PATCH', body: '{"visibility":"private"}' }, 200],
    ['deleting', { method: 'DELETE' }, 204],
  ])('%s takes the audio out of the cache at once', async (_, init, status) => {
    const cached = cacheInFront(uncached().fetch)
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Soon gone' })
    expect(await (await listen(cached, id)).bytes()).toEqual(fixture('opus.opus'))
    expect(cached.entries.size).toBe(1)
    expect((await change(cached, id, init)).status).toBe(status)
    expect(cached.entries.size).toBe(0)
    await expectProblem(await listen(cached, id), 404, 'clip-not-found')
  })

  it('stays as it is after a rename, and R2 is not touched', async () => {
    const cached = cacheInFront(uncached().fetch)
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Old' }, 'take one.opus')
    const before = await listen(cached, id)
    await before.bytes()
    const counts: Counts = { r2: [], sql: 0 }
    const counted = { ...env, BUCKET: countingBucket(env.BUCKET, counts) }
    const rename = { method: 'PATCH', body: '{"title":"Žluťoučký"}' }
    expect((await change(cached, id, rename, counted)).status).toBe(200)
    expect(counts.r2).toEqual([])
    expect(cached.entries.size).toBe(1)
    const after = await listen(cached, id)
    expect(after.headers.get('Content-Disposition')).toBe('inline; filename="take one.opus"')
    for (const name of ['Content-Disposition', 'ETag', 'Last-Modified', 'Repr-Digest']) {
      expect(after.headers.get(name), name).toBe(before.headers.get(name))
    }
    expect(await after.bytes()).toEqual(fixture('opus.opus'))
  })
})
