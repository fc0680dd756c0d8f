/**
 * Requests about one clip that meet: each test holds a statement or an R2 call back until another request has finished, or
 * lets it take effect after its request has given it up. README.md of src/clips has the invariants.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Clip } from '../../src/clips/clip.ts'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  expectProblem,
  fixture,
  sendJson,
  storedKeys,
} from '../support/api.ts'
import {
  abandoningBucket,
  abandonQueries,
  abandonThenHold,
  holdingBucket,
  holdQuery,
  loseAnswers,
} from '../support/hold.ts'
import { lapseLocks, lockSeconds } from '../support/idempotencyKeys.ts'
import { asking } from '../support/importing.ts'
import { callWith } from '../support/product.ts'
import { expectClips, rawHeaders } from '../support/rawUpload.ts'
import { runLater } from '../support/reconciling.ts'
import { sourceUrl } from '../support/services.ts'
import { skipPauses } from '../support/skipPauses.ts'
import type { Operation } from '../support/wrapBucket.ts'

const Clips = z.object({ items: z.array(Clip) })

const bytes = fixture('opus.opus')
const keyed = { 'Idempotency-Key': 'one-clip' }

const isInsert = (query: string) => query.includes('insert into \\"clips\\"')
const isUpdate = (query: string) => query.includes('update \\"clips\\"')
const isDelete = (query: string) => query.includes('delete from \\"clips\\"')
const isDuplicateCheck = (query: string) => query.includes('\\"clips\\".\\"sha256\\" = ')

/** An operation on objects with this prefix. */
const on = (name: string, prefix: string) => (operation: Operation) =>
  operation.name === name && String(operation.key).startsWith(prefix)

async function send(headers: object = {}, bucket = env.BUCKET, query = 'title=x'): Promise<Response> {
  return await callWith({ ...env, BUCKET: bucket }, `/api/clips?${query}`, {
    method: 'POST',
    headers: { ...rawHeaders, ...headers },
    body: bytes,
  })
}

const patch = async (id: string, visibility: string, bucket = env.BUCKET) =>
  await callWith({ ...env, BUCKET: bucket }, `/api/clips/${id}`, {
    method: 'PATCH',
    headers: { ...asAdmin, 'Content-Type': 'application/json' },
    body: JSON.stringify({ visibility }),
  })

const remove = async (id: string, bucket = env.BUCKET) =>
  await callWith({ ...env, BUCKET: bucket }, `/api/clips/${id}`, { method: 'DELETE', headers: asAdmin })

async function created(response: Response): Promise<Clip> {
  const text = await response.text()
  expect(response.status, text).toBe(201)
  return Clip.parse(JSON.parse(text))
}

/** The only clip of the library, as its row says. */
async function onlyId(): Promise<string> {
  const { items } = Clips.parse(await (await call('/api/clips', { headers: asAdmin })).json())
  expect(items).toHaveLength(1)
  return items[0]?.id ?? ''
}

/** Expects that the audio has the digest and the type of its row, and the visibility that its row has. */
async function expectAudioOfRow(id: string): Promise<void> {
  const clip = Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
  const stream = await call(`/api/clips/${id}/stream`, { headers: asAdmin })
  expect(stream.status).toBe(200)
  expect(stream.headers.get('Content-Type')).toBe(clip.audio.content_type)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await stream.bytes())).toHex()
  expect(digest).toBe(clip.audio.sha256)
  const anonymous = await call(`/api/clips/${id}/stream`)
  await anonymous.bytes()
  expect(anonymous.status).toBe(clip.visibility === 'public' ? 200 : 404)
}

/** Expects that the clip is gone for everyone, and comes back nowhere. */
async function expectGone(id: string): Promise<void> {
  await expectProblem(await call(`/api/clips/${id}`, { headers: asAdmin }), 404, 'clip-not-found')
  await expectProblem(await call(`/api/clips/${id}/stream`, { headers: asAdmin }), 404, 'clip-not-found')
}

beforeEach(async () => {
  await emptyLibrary()
  skipPauses()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('an attempt that comes back after its lock has lapsed', () => {
  const heldAt: [where: string, matches: (operation: Operation) => boolean][] = [
    ['its staging', on('put', 'incoming/')],
    ['its verification', on('get', 'incoming/')],
    ['its promotion', on('put', 'clips/')],
  ]

  it.each(heldAt)('at %s has no effect on the clip of another attempt', async (_, matches) => {
    const [bucket, held] = holdingBucket(env.BUCKET, matches)
    const first = send(keyed, bucket)
    await held.reached
    await lapseLocks()
    const { id } = await created(await send(keyed))
    expect((await patch(id, 'private')).status).toBe(200)
    held.release()
    const late = await first
    expect([201, 409]).toContain(late.status)
    if (late.status === 201) expect(late.headers.get('Location')).toBe(`/api/clips/${id}`)
    await expectAudioOfRow(id)
    expect(await onlyId()).toBe(id)
    await runLater(2)
    await expectClips(1)
  })

  it('at its row has no effect on the clip of another attempt', async () => {
    const held = holdQuery(isInsert)
    const first = send(keyed)
    await held.reached
    await lapseLocks()
    const { id } = await created(await send(keyed))
    expect((await patch(id, 'private')).status).toBe(200)
    held.release()
    expect((await created(await first)).id).toBe(id)
    await expectAudioOfRow(id)
    await expectClips(1)
  })

  it('with other bytes of its source does not replace those of the winner', async () => {
    const importInto = async (bucket: R2Bucket) => {
      const init = asking({ url: new URL('/alternating', sourceUrl).href, title: 'x' })
      const headers = { ...asAdmin, 'Content-Type': 'application/json', ...keyed }
      return await callWith({ ...env, BUCKET: bucket }, '/api/clips', { ...init, headers })
    }
    const [bucket, held] = holdingBucket(env.BUCKET, on('put', 'clips/'))
    const first = importInto(bucket)
    await held.reached
    await lapseLocks()
    const { id } = await created(await importInto(env.BUCKET))
    held.release()
    expect((await created(await first)).id).toBe(id)
    await expectAudioOfRow(id)
    await runLater(2)
    await expectClips(1)
  })
})

describe('the lock of a key', () => {
  it('is renewed while its attempt works, so that no other attempt begins', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const [bucket, held] = holdingBucket(env.BUCKET, on('put', 'incoming/'))
    const first = send(keyed, bucket)
    await held.reached
    for (let minute = 0; minute < 3; minute += 1) {
      await lapseLocks(5)
      vi.advanceTimersByTime(10_000)
      await vi.waitFor(async () => expect(await lockSeconds()).toBeGreaterThan(20))
      await expectProblem(await send(keyed), 409, 'request-in-progress')
    }
    held.release()
    const { id } = await created(await first)
    expect((await created(await send(keyed))).id).toBe(id)
    await expectClips(1)
  })

  it('lapses within half a minute of a crash, and Retry-After says when', async () => {
    // The isolate of this attempt has ended: it holds its lock, and renews it no more.
    const [bucket, held] = holdingBucket(env.BUCKET, on('put', 'incoming/'))
    const crashed = send(keyed, bucket)
    await held.reached
    const refused = await send(keyed)
    const retryAfter = Number(refused.headers.get('Retry-After'))
    await expectProblem(refused, 409, 'request-in-progress')
    expect(retryAfter).toBeGreaterThan(20)
    expect(retryAfter).toBeLessThanOrEqual(30)
    expect(Math.abs(retryAfter - (await lockSeconds()))).toBeLessThan(2)
    await lapseLocks()
    await created(await send(keyed))
    held.release()
    await crashed
  })
})

describe('a deletion of a clip whose upload had no answer', () => {
  const lose = async () => {
    loseAnswers(isInsert)
    await expectProblem(await send(keyed), 503, 'database-unavailable')
    vi.restoreAllMocks()
    skipPauses()
    return await onlyId()
  }

  it.each(['put', 'delete'])('does not take the audio of its retry, if R2 holds its %s', async (name) => {
    const lost = await lose()
    const [bucket, held] = holdingBucket(env.BUCKET, on('delete', 'clips/'))
    const deletion = remove(lost, bucket)
    await held.reached
    const [slow, heldPut] = holdingBucket(env.BUCKET, on('put', 'clips/'))
    const retrying = send(keyed, name === 'put' ? slow : env.BUCKET)
    if (name === 'put') await heldPut.reached
    else await retrying
    held.release()
    expect((await deletion).status).toBe(204)
    heldPut.release()
    const { id } = await created(await retrying)
    await expectAudioOfRow(id)
    await runLater(2)
    await expectAudioOfRow(id)
    await expectClips(1)
  })

  it('holds: the retry makes another clip', async () => {
    const lost = await lose()
    expect((await remove(lost)).status).toBe(204)
    const { id } = await created(await send(keyed))
    expect(id).not.toBe(lost)
    await expectGone(lost)
    await expectAudioOfRow(id)
    expect((await created(await send(keyed))).id).toBe(id)
    await expectClips(1)
  })

  it('holds after the answer was given too: the retry repeats the answer', async () => {
    const { id } = await created(await send(keyed))
    expect((await remove(id)).status).toBe(204)
    expect((await created(await send(keyed))).id).toBe(id)
    await expectGone(id)
    await expectClips(0)
  })
})

describe.each(['with a key', 'without a key'])('an insert that was given up, %s', (how) => {
  const headers = how === 'with a key' ? keyed : {}

  it('does nothing after a later deletion of the clip', async () => {
    const abandoned = abandonQueries(isInsert)
    const { id } = await created(await send(headers))
    expect((await remove(id)).status).toBe(204)
    for (const insert of abandoned) await insert.land()
    expect(abandoned).toHaveLength(1)
    await expectGone(id)
    await expectClips(0)
  })

  it('does nothing after the reconciler has taken its audio', async () => {
    const abandoned = abandonQueries(isInsert, 3)
    await expectProblem(await send(headers), 503, 'database-unavailable')
    await runLater(2)
    expect(await storedKeys()).toEqual([])
    for (const insert of abandoned) await insert.land()
    expect(abandoned).toHaveLength(3)
    await expectClips(0)
  })

  it('gives one clip with its audio if it lands before anything else', async () => {
    const abandoned = abandonQueries(isInsert, 3)
    await expectProblem(await send(headers), 503, 'database-unavailable')
    for (const insert of abandoned) await insert.land()
    await expectClips(1)
    await expectAudioOfRow(await onlyId())
  })
})

describe('an insert that was given up', () => {
  it('does nothing after the retry with its key', async () => {
    const abandoned = abandonQueries(isInsert, 3)
    await expectProblem(await send(keyed), 503, 'database-unavailable')
    const { id } = await created(await send(keyed))
    for (const insert of abandoned) await insert.land()
    expect(await onlyId()).toBe(id)
    await runLater(2)
    await expectClips(1)
    await expectAudioOfRow(id)
  })

  it('does nothing after its request was refused as a duplicate', async () => {
    // The first try is given up, the second is held, and everything else passes.
    const [abandoned, held] = abandonThenHold(isInsert)
    const second = send()
    await held.reached
    const { id } = await created(await send())
    held.release()
    await expectProblem(await second, 409, 'duplicate-audio')
    expect((await remove(id)).status).toBe(204)
    for (const insert of abandoned) await insert.land()
    expect(abandoned).toHaveLength(1)
    await expectClips(0)
  })
})

describe('a duplicate upload', () => {
  it('is a clip if the first is deleted between its insert and the search for it', async () => {
    const insert = holdQuery(isInsert)
    const second = send()
    await insert.reached
    const { id } = await created(await send())
    const search = holdQuery(isDuplicateCheck)
    insert.release()
    await search.reached
    expect((await remove(id)).status).toBe(204)
    search.release()
    const clip = await created(await second)
    await expectAudioOfRow(clip.id)
    await expectClips(1)
  })

  it('that is refused leaves nothing', async () => {
    const insert = holdQuery(isInsert)
    const second = send()
    await insert.reached
    await created(await send())
    insert.release()
    await expectProblem(await second, 409, 'duplicate-audio')
    await expectClips(1)
  })
})

describe('an edit that was given up', () => {
  it('does not follow a later edit that confirmed the visibility', async () => {
    const { id } = await created(await send({}, env.BUCKET, 'title=x&visibility=private'))
    const abandoned = abandonQueries(isUpdate)
    await expectProblem(await patch(id, 'public'), 503, 'database-unavailable')
    vi.restoreAllMocks()
    expect((await patch(id, 'private')).status).toBe(200)
    for (const update of abandoned) await update.land()
    expect(abandoned).toHaveLength(1)
    await expectProblem(await call(`/api/clips/${id}/stream`), 404, 'clip-not-found')
    await expectAudioOfRow(id)
  })

  it('does not undo a later edit', async () => {
    const { id } = await created(await send({}, env.BUCKET, 'title=x&visibility=private'))
    const abandoned = abandonQueries(isUpdate)
    await expectProblem(await patch(id, 'public'), 503, 'database-unavailable')
    vi.restoreAllMocks()
    const edited = await sendJson('PATCH', `/api/clips/${id}`, { title: 'Still hidden' }, asAdmin)
    expect(edited.status).toBe(200)
    for (const update of abandoned) await update.land()
    expect(abandoned).toHaveLength(1)
    const clip = Clip.parse(await (await call(`/api/clips/${id}`, { headers: asAdmin })).json())
    expect(clip).toMatchObject({ visibility: 'private', title: 'Still hidden' })
    await expectAudioOfRow(id)
  })

  it.each(['private', 'public'])(
    'in R2 does not undo a later one: the clip was %s before',
    async (before) => {
      const { id } = await created(await send({}, env.BUCKET, `title=x&visibility=${before}`))
      const after = before === 'private' ? 'public' : 'private'
      const [bucket, abandoned] = abandoningBucket(env.BUCKET, on('put', 'clips/'))
      await expectProblem(await patch(id, after, bucket), 503, 'storage-unavailable')
      expect((await patch(id, before)).status).toBe(200)
      for (const put of abandoned) await put.land()
      expect(abandoned).toHaveLength(1)
      await expectAudioOfRow(id)
    },
  )

  it('in R2 does not bring a deleted clip back', async () => {
    const { id } = await created(await send())
    const [bucket, abandoned] = abandoningBucket(env.BUCKET, on('put', 'clips/'))
    await expectProblem(await patch(id, 'private', bucket), 503, 'storage-unavailable')
    expect((await remove(id)).status).toBe(204)
    for (const put of abandoned) await put.land()
    await expectGone(id)
    await expectClips(0)
  })
})

describe('a deletion that was given up', () => {
  it('does not delete what has been edited since', async () => {
    const { id } = await created(await send())
    const abandoned = abandonQueries(isDelete)
    await expectProblem(await remove(id), 503, 'database-unavailable')
    vi.restoreAllMocks()
    expect((await sendJson('PATCH', `/api/clips/${id}`, { title: 'Kept' }, asAdmin)).status).toBe(200)
    for (const deletion of abandoned) await deletion.land()
    expect(abandoned).toHaveLength(1)
    expect(await countRows()).toBe(1)
    await expectAudioOfRow(id)
  })
})
