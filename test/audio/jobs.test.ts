/** The queue repeats what a request could not do: metadata, deletions and purges, whatever fails and whoever else writes. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { readMetadata, audioKey } from '../../src/audio/objects.ts'
import { editRow } from '../support/clipRows.ts'
import { Clip } from '../../src/clips/clip.ts'
import {
  asAdmin,
  call,
  database,
  emptyLibrary,
  expectProblem,
  fixture,
  storedKeys,
  unknownId,
  uploaded,
} from '../support/api.ts'
import { runCron } from '../support/cron.ts'
import { faultyBucket, r2Error, withoutRows } from '../support/faults.ts'
import { callWith } from '../support/product.ts'
import { queueWith } from '../support/queueWith.ts'
import { storeAudio } from '../support/reconciling.ts'
import { acked, again, deliver, deliverAll, patchTo, product } from '../support/refusingCache.ts'
import { withQueries } from '../support/withQueries.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

beforeEach(emptyLibrary)

const upload = async () => await uploaded(fixture('opus.opus'), { title: 'x' })
const jobOf = (clip: string, kind = 'purge') => ({ kind, clip })
const remove = { method: 'DELETE', headers: asAdmin }

/** The bucket, where `operation` on a clip fails. */
const without = (operation: string) =>
  faultyBucket(env.BUCKET, (name, key) =>
    name === operation && String(key).startsWith('clips/') ? r2Error() : undefined,
  )

async function read(id: string): Promise<Clip> {
  return Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
}

async function visibilityInR2(id: string) {
  const head = await env.BUCKET.head(audioKey(id))
  return head && readMetadata(head).visibility
}

describe('a clip that is hidden while R2 refuses its metadata', () => {
  it('becomes private in R2 by its job', async () => {
    const { ask, jobs, state, purge } = product({ BUCKET: without('put') })
    state.refuses = false
    const { id } = await upload()
    await expectProblem(await ask(`/api/clips/${id}`, patchTo('private')), 503, 'storage-unavailable')
    expect(jobs).toEqual([{ body: jobOf(id), options: { delaySeconds: 60 } }])
    expect(await deliver(jobs[0]?.body, { purge, bucket: without('put') })).toEqual(again(20))
    expect(await visibilityInR2(id)).toBe('public')

    // The metadata was written just now. A cache fill under way may store the audio again, so the job comes once more.
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(again(60))
    expect(await visibilityInR2(id)).toBe('private')
    expect((await read(id)).purge_pending).toBe(true)
    expect(await deliver(jobs[0]?.body, { purge })).toEqual(acked)
    expect((await read(id)).purge_pending).toBe(false)
  })

  it('has its job even if the answer of Postgres is lost', async () => {
    const { ask, jobs } = product()
    const { id } = await upload()
    const answer = await withQueries(
      async (query, real) => {
        const response = await real()
        return query.includes('update \\"clips\\"') ? await Promise.reject(new Error('lost')) : response
      },
      async () => await ask(`/api/clips/${id}`, patchTo('private')),
    )
    await expectProblem(answer, 503, 'database-unavailable')
    expect((await read(id)).visibility).toBe('private')
    expect(jobs.map(({ body }) => body)).toEqual([jobOf(id)])
  })

  it('stays pending while edits keep coming', async () => {
    const { id } = await upload()
    let edits = 0
    const edited = wrapBucket(env.BUCKET, async ({ name }, act) => {
      const visibility = edits % 2 === 0 ? 'public' : 'private'
      if (name === 'put' && (edits += 1)) await editRow(database(), id, { visibility })
      return await act()
    })
    const { ask, jobs, state } = product({ BUCKET: edited })
    state.refuses = false
    const response = await ask(`/api/clips/${id}`, patchTo('private'))
    expect(Clip.parse(await response.json())).toMatchObject({ visibility: 'private', purge_pending: true })
    expect((await read(id)).purge_pending).toBe(true)
    expect(jobs.map(({ body }) => body)).toEqual([jobOf(id)])
  })
})

describe('a clip that is deleted while R2 refuses deletions', () => {
  it('becomes private in R2 by its job', async () => {
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

  it('keeps its audio until Postgres confirms that it has no row', async () => {
    const { id } = await upload()
    const result = await withQueries(
      async (_, send) => await withoutRows(await send()),
      async () => await deliver(jobOf(id, 'delete'), {}),
    )
    expect(result).toEqual(again(20))
    expect(await storedKeys()).toEqual([audioKey(id)])
  })

  it('keeps its audio if its row exists, or if the job is no deletion', async () => {
    const { id } = await upload()
    expect(await deliver(jobOf(id, 'delete'), {})).toEqual(acked)
    const other = unknownId
    await storeAudio(other)
    expect(await deliver(jobOf(other, 'purge'), {})).toEqual(acked)
    expect(await storedKeys()).toEqual([audioKey(other), audioKey(id)].toSorted())
  })
})

describe('a purge that was pending before a newer hide does not clear it:', () => {
  const hide = async (id: string) => {
    await editRow(database(), id, { visibility: 'public' })
    await editRow(database(), id, { visibility: 'private' })
  }

  it('by a job', async () => {
    const { id } = await upload()
    await callWith(env, `/api/clips/${id}`, patchTo('private'))
    expect(await deliver(jobOf(id), { purge: async () => await hide(id) })).toEqual(acked)
    expect((await read(id)).purge_pending).toBe(true)
  })

  it('by the cron', async () => {
    const { id } = await upload()
    await hide(id)
    await runCron(new Date(), env, async () => await hide(id))
    expect((await read(id)).purge_pending).toBe(true)
  })

  it('by another PATCH', async () => {
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
  it('is one purge, and only failed jobs come again', async () => {
    const clips = [await upload(), await upload(), await upload()].map(({ id }) => id)
    const [first = '', , last = ''] = clips
    await editRow(database(), last, { visibility: 'private' })
    const purges: string[][] = []
    const purge = async (tags: string[]) => void purges.push(tags)
    const bodies = [...clips.map((id) => jobOf(id)), jobOf(first), { kind: 'nonsense' }]
    const results = await deliverAll(bodies, { purge, bucket: without('put') })
    expect(purges).toEqual([[...clips.slice(0, 2).map((id) => `clip:${id}`), 'lists']])
    expect(results).toEqual([acked, acked, again(20), acked, acked])
  })

  it('comes again as a whole if its purge is refused, and everything stays pending', async () => {
    const { id } = await upload()
    await callWith(env, `/api/clips/${id}`, patchTo('private'))
    await editRow(database(), id, { visibility: 'public' })
    await editRow(database(), id, { visibility: 'private' })
    const purge = async () => await Promise.reject(new Error('rate limited'))
    expect(await deliverAll([jobOf(id), jobOf(id)], { purge })).toEqual([again(20), again(20)])
    expect((await read(id)).purge_pending).toBe(true)
  })
})

describe('a message that is no job', () => {
  const nonsense = [null, 'text', { kind: 'nonsense' }, { kind: 'purge', clip: 'x' }]

  it('goes to the dead-letter queue at once, and the others are done', async () => {
    const { id } = await upload()
    const deadLetters: unknown[] = []
    const dead = queueWith(async (body) => deadLetters.push(body))
    expect(await deliverAll([...nonsense, jobOf(id)], { dead })).toEqual([...nonsense, id].map(() => acked))
    expect(deadLetters).toEqual(nonsense)
  })

  it('comes again while the dead-letter queue refuses it', async () => {
    const dead = queueWith(async () => await Promise.reject(new Error('Queue is overloaded')))
    expect(await deliver('text', { dead })).toEqual(again(20))
  })
})
