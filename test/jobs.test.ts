/** What the queue does where a request could not: labels, deletions and purges, whatever fails and whoever else writes. */
import { createExecutionContext, createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { readLabel } from '../src/audio/label.ts'
import { audioKey } from '../src/audio/objectKeys.ts'
import { Clip } from '../src/clips/clip.ts'
import { updateClip } from '../src/db/edits.ts'
import { keepsUp } from '../src/upkeep/scheduled.ts'
import { asAdmin, call, database, emptyLibrary, expectProblem, fixture, storedKeys, uploaded } from './api.ts'
import { callWith, faultyBucket, withQueries } from './faults.ts'
import { storeAudio } from './reconciling.ts'
import { acked, again, deliver, deliverAll, patchTo, product } from './unwillingCache.ts'

beforeEach(emptyLibrary)

const upload = async () => await uploaded(fixture('opus.opus'), { title: 'x' })
const jobOf = (clip: string, kind = 'purge') => ({ kind, clip })
const remove = { method: 'DELETE', headers: asAdmin }

/** The bucket, where `operation` on a clip fails. */
const without = (operation: string) =>
  faultyBucket(env.BUCKET, (name, key) =>
    name === operation && String(key).startsWith('clips/') ? Promise.reject(new Error('10001')) : undefined,
  )

async function read(id: string): Promise<Clip> {
  return Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
}

async function visibilityHeard(id: string) {
  const head = await env.BUCKET.head(audioKey(id))
  return head && readLabel(head).visibility
}

describe('a clip that is hidden while R2 takes no label', () => {
  it('is silent as soon as its job comes', async () => {
    const { ask, jobs, state, purge } = product({ BUCKET: without('put') })
    state.refuses = false
    const { id } = await upload()
    await expectProblem(await ask(`/api/clips/${id}`, patchTo('private')), 503, 'storage-away')
    expect(jobs).toEqual([{ body: jobOf(id), options: { delaySeconds: 60 } }])
    expect(await deliver(jobs[0]?.body, { purge, bucket: without('put') })).toEqual(again(20))
    expect(await visibilityHeard(id)).toBe('public')

    // It has written the label just now: a miss that was being filled may put the audio back, so it comes once more.
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(again(60))
    expect(await visibilityHeard(id)).toBe('private')
    expect((await read(id)).purge_pending).toBe(true)
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(acked)
    expect((await read(id)).purge_pending).toBe(false)
  })

  it('has its job though the answer of Postgres is lost', async () => {
    const { ask, jobs } = product()
    const { id } = await upload()
    const answer = await withQueries(
      async (query, real) => {
        const response = await real()
        return query.includes('update \\"clips\\"') ? await Promise.reject(new Error('lost')) : response
      },
      async () => await ask(`/api/clips/${id}`, patchTo('private')),
    )
    await expectProblem(answer, 503, 'database-away')
    expect((await read(id)).visibility).toBe('private')
    expect(jobs.map(({ body }) => body)).toEqual([jobOf(id)])
  })

  it('is not said to be done while edits never cease', async () => {
    const { id } = await upload()
    let edits = 0
    const restless = new Proxy(env.BUCKET, {
      get(bucket, name: keyof R2Bucket) {
        const operation: unknown = Reflect.get(bucket, name)
        if (typeof operation !== 'function') return operation
        return async (...args: unknown[]) => {
          if (name === 'put') await updateClip(database(), id, { title: `Edit ${(edits += 1)}` })
          return await Reflect.apply(operation, bucket, args)
        }
      },
    })
    const { ask, jobs, state } = product({ BUCKET: restless })
    state.refuses = false
    const response = await ask(`/api/clips/${id}`, patchTo('private'))
    expect(Clip.parse(await response.json())).toMatchObject({ visibility: 'private', purge_pending: true })
    expect((await read(id)).purge_pending).toBe(true)
    expect(jobs.map(({ body }) => body)).toEqual([jobOf(id)])
  })
})

describe('a clip that is deleted while R2 deletes nothing', () => {
  it('is silent as soon as its job comes', async () => {
    const { ask, jobs, state, purge, cache } = product({ BUCKET: without('delete') })
    state.refuses = false
    const { id } = await upload()
    expect((await ask(`/api/clips/${id}`, remove)).status).toBe(204)
    await (await ask(`/api/clips/${id}/stream`)).bytes()
    expect(await deliver(jobs[0]?.body, { purge, bucket: without('delete') })).toEqual(again(20))
    expect([await storedKeys(), cache.entries.size]).toEqual([[audioKey(id)], 1])
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(acked)
    expect([await storedKeys(), cache.entries.size]).toEqual([[], 0])
  })

  it('keeps what an upload with its idempotency key has stored since', async () => {
    const { id } = await upload()
    const { ask, jobs } = product()
    expect((await ask(`/api/clips/${id}`, remove)).status).toBe(204)
    await storeAudio(id)
    expect(await deliver(jobs[0]?.body, {}, new Date(Date.now() - 60_000))).toEqual(acked)
    expect(await storedKeys()).toEqual([audioKey(id)])
  })

  it('keeps its audio as long as Postgres does not say that it has no row', async () => {
    const { id } = await upload()
    const result = await withQueries(
      async (_, real) => {
        const answer = await (await real()).json<object>()
        return Response.json({ ...answer, rows: [], rowCount: 0 })
      },
      async () => await deliver(jobOf(id, 'delete'), {}),
    )
    expect(result).toEqual(again(20))
    expect(await storedKeys()).toEqual([audioKey(id)])
  })

  it('keeps its audio if it was not deleted after all, or nobody has asked for that', async () => {
    const { id } = await upload()
    expect(await deliver(jobOf(id, 'delete'), {})).toEqual(acked)
    const other = '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11'
    await storeAudio(other)
    expect(await deliver(jobOf(other, 'purge'), {})).toEqual(acked)
    expect(await storedKeys()).toEqual([audioKey(other), audioKey(id)].toSorted())
  })
})

describe('a newer hide is not forgotten for an older purge', () => {
  const hide = async (id: string) => {
    await updateClip(database(), id, { visibility: 'public' })
    await updateClip(database(), id, { visibility: 'private' })
  }

  it('of a job', async () => {
    const { id } = await upload()
    await callWith(env, `/api/clips/${id}`, patchTo('private'))
    expect(await deliver(jobOf(id), { purge: async () => await hide(id) })).toEqual(acked)
    expect((await read(id)).purge_pending).toBe(true)
  })

  it('of the cron', async () => {
    const { id } = await upload()
    await hide(id)
    const controller = createScheduledController({ scheduledTime: new Date() })
    const cron = keepsUp(async (tags) => (tags.length === 0 ? undefined : await hide(id)))
    await cron(controller, env, createExecutionContext())
    expect((await read(id)).purge_pending).toBe(true)
  })

  it('of another PATCH', async () => {
    const { ask, cache, state } = product()
    state.refuses = false
    const { id } = await upload()
    const { purge } = cache
    cache.purge = async (tags) => {
      await hide(id)
      await purge(tags)
    }
    const response = await ask(`/api/clips/${id}`, patchTo('private'))
    expect(Clip.parse(await response.json()).purge_pending).toBe(true)
    expect((await read(id)).purge_pending).toBe(true)
  })
})

describe('a batch of jobs', () => {
  it('is one purge, and what fails comes again by itself', async () => {
    const clips = [await upload(), await upload(), await upload()].map(({ id }) => id)
    const [first = '', , last = ''] = clips
    await updateClip(database(), last, { visibility: 'private' })
    const purges: string[][] = []
    const purge = async (tags: string[]) => void purges.push(tags)
    const bodies = [...clips.map((id) => jobOf(id)), jobOf(first), { kind: 'nonsense' }]
    const results = await deliverAll(bodies, { purge, bucket: without('put') })
    expect(purges).toEqual([clips.slice(0, 2).map((id) => `clip:${id}`)])
    expect(results).toEqual([acked, acked, again(20), acked, acked])
  })

  it('comes again whole when its purge is refused, and nothing is forgotten', async () => {
    const { id } = await upload()
    await callWith(env, `/api/clips/${id}`, patchTo('private'))
    await updateClip(database(), id, { visibility: 'public' })
    await updateClip(database(), id, { visibility: 'private' })
    const purge = async () => await Promise.reject(new Error('rate limited'))
    expect(await deliverAll([jobOf(id), jobOf(id)], { purge })).toEqual([again(20), again(20)])
    expect((await read(id)).purge_pending).toBe(true)
  })
})

describe('what is no job', () => {
  const nonsense = [null, 'text', { kind: 'nonsense' }, { kind: 'purge', clip: 'x' }]
  const queueThat = (send: (body: unknown) => Promise<unknown>): Queue =>
    new Proxy(env.JOBS_DEAD, { get: (_, name) => (name === 'send' ? send : undefined) })

  it('is buried at once, and the others are done', async () => {
    const { id } = await upload()
    const buried: unknown[] = []
    const dead = queueThat(async (body) => buried.push(body))
    expect(await deliverAll([...nonsense, jobOf(id)], { dead })).toEqual([...nonsense, id].map(() => acked))
    expect(buried).toEqual(nonsense)
  })

  it('is kept while it cannot be buried', async () => {
    const dead = queueThat(async () => await Promise.reject(new Error('Queue is overloaded')))
    expect(await deliver('text', { dead })).toEqual(again(20))
  })
})
