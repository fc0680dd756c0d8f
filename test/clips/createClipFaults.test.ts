/** Creating a clip while R2 or Postgres fails, or the client disconnects: nothing half-made stays, and a retry succeeds. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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
import { type Fault, faultyBucket, losses, r2Error, withoutRows } from '../support/faults.ts'
import { callWith } from '../support/product.ts'
import { expectClips, rawHeaders } from '../support/rawUpload.ts'
import { runLater } from '../support/reconciling.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { withQueries } from '../support/withQueries.ts'

const bytes = fixture('opus.opus')
const other = fixture('vorbis.ogg')

beforeEach(async () => {
  await emptyLibrary()
  skipPauses()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('an upload', () => {
  const key = { 'Idempotency-Key': 'retry-me' }
  const send = async (bucket: R2Bucket, body: BodyInit = bytes) =>
    await callWith({ ...env, BUCKET: bucket }, '/api/clips?title=x', {
      method: 'POST',
      headers: { ...rawHeaders, ...key },
      body,
    })

  /** Fails once, at this operation on a key with this prefix. */
  const once = (operation: string, prefix: string, how: () => Promise<never>): Fault => {
    let done = false
    return (name, target) => {
      if (done || name !== operation || !String(target).startsWith(prefix)) return undefined
      done = true
      return how()
    }
  }
  const long = () => {
    const wav = fixture('pcm.wav')
    const body = new Uint8Array(6 * 1024 * 1024)
    for (let at = 0; at < body.length; at += wav.length) body.set(wav.subarray(0, body.length - at), at)
    return body
  }

  it.each([
    ['put', 'incoming/', bytes],
    ['createMultipartUpload', 'incoming/', undefined],
    ['uploadPart', 'incoming/', undefined],
    ['complete', 'incoming/', undefined],
    ['get', 'incoming/', bytes],
    ['put', 'clips/', bytes],
  ])('leaves nothing if R2 fails to %s %s, and the retry makes the clip', async (operation, prefix, body) => {
    const bucket = faultyBucket(env.BUCKET, once(operation, prefix, r2Error))
    await expectProblem(await send(bucket, body ?? long()), 503, 'storage-unavailable')
    await expectClips(0)
    expect((await send(env.BUCKET, body ?? long())).status).toBe(201)
    await expectClips(1)
  })

  it('makes the clip if R2 fails to delete the staged object', async () => {
    expect((await send(faultyBucket(env.BUCKET, once('delete', 'incoming/', r2Error)))).status).toBe(201)
    expect(await countRows()).toBe(1)
  })

  it.each(['incoming/', 'clips/'])('is a 503 if R2 does not answer a put on %s', async (prefix) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let ticking: ReturnType<typeof setInterval> | undefined
    const hangs = async () => {
      ticking = setInterval(() => void vi.advanceTimersByTimeAsync(30_000), 20)
      return await new Promise<never>(() => {})
    }
    const response = await send(faultyBucket(env.BUCKET, once('put', prefix, hangs)))
    clearInterval(ticking)
    vi.useRealTimers()
    await expectProblem(response, 503, 'storage-unavailable')
    await expectClips(0)
  })

  const isInsert = (query: string) => query.includes('insert into \\"clips\\"')

  it('is a 503 if Postgres refuses the row, and the retry makes one clip', async () => {
    const refused = await withQueries(
      async (query, real) => (isInsert(query) ? await r2Error() : await real()),
      async () => await send(env.BUCKET),
    )
    await expectProblem(refused, 503, 'database-unavailable')
    expect(await countRows()).toBe(0)
    expect((await send(env.BUCKET)).status).toBe(201)
    // The audio of the first attempt is an orphan.
    await runLater(2)
    await expectClips(1)
  })

  it('leaves an orphan for the reconciler if Postgres refuses the row and nobody retries', async () => {
    const refused = await withQueries(
      async (query, real) => (isInsert(query) ? await r2Error() : await real()),
      async () => await send(env.BUCKET),
    )
    await expectProblem(refused, 503, 'database-unavailable')
    expect(await storedKeys()).toHaveLength(1)
    await runLater(0.5)
    expect(await storedKeys()).toHaveLength(1)
    await runLater(2)
    expect(await storedKeys()).toEqual([])
  })

  it.each(losses)('makes one clip if an answer of Postgres is lost %s', async (_, lose) => {
    let lost = 0
    const answer = await withQueries(
      async (query, real) => {
        const response = await real()
        if (!isInsert(query) || lost++ > 0) return response
        return await lose(response)
      },
      async () => await send(env.BUCKET),
    )
    expect(lost).toBe(2)
    expect(answer.status).toBe(201)
    await expectClips(1)
  })

  it.each(losses)(
    'makes one clip if every answer of Postgres is lost %s, and the retry finds it',
    async (_, lose) => {
      const answer = await withQueries(
        async (query, real) => {
          const response = await real()
          return isInsert(query) ? await lose(response) : response
        },
        async () => await send(env.BUCKET),
      )
      await expectProblem(answer, 503, 'database-unavailable')
      await expectClips(1)
      const again = await send(env.BUCKET)
      expect(again.status).toBe(201)
      await expectClips(1)
    },
  )

  it.each([{}, key])('keeps the audio of a row if Postgres answers with no rows: %o', async (headers) => {
    const answer = await withQueries(
      async (query, real) => (query.includes('clips') ? await withoutRows(await real()) : await real()),
      async () =>
        await callWith(env, '/api/clips?title=x', {
          method: 'POST',
          headers: { ...rawHeaders, ...headers },
          body: bytes,
        }),
    )
    await expectProblem(answer, 503, 'database-unavailable')
    await runLater(2)
    await expectClips(1)
  })

  describe('after every answer of Postgres was lost', () => {
    beforeEach(async () => {
      const lost = await withQueries(
        async (query, real) => {
          const response = await real()
          return isInsert(query) ? await r2Error() : response
        },
        async () => await send(env.BUCKET),
      )
      await expectProblem(lost, 503, 'database-unavailable')
    })

    it('does not undo an edit in between', async () => {
      const { objects } = await env.BUCKET.list()
      const id = objects[0]?.key.split('/')[1]
      const hidden = await sendJson('PATCH', `/api/clips/${id}`, { visibility: 'private' }, asAdmin)
      expect(hidden.status).toBe(200)
      const again = await send(env.BUCKET)
      expect(again.headers.get('Location')).toBe(`/api/clips/${id}`)
      const now = await call(`/api/clips/${id}`, { headers: asAdmin })
      expect(again.headers.get('ETag')).toBe(now.headers.get('ETag'))
      expect(await again.json()).toEqual(await now.json())
      await expectProblem(await call(`/api/clips/${id}/stream`), 404, 'clip-not-found')
      await expectClips(1)
    })

    it('does not lose the clip by a refused retry', async () => {
      await expectProblem(await send(env.BUCKET, other), 422, 'idempotency-key-reused')
      expect((await send(env.BUCKET)).status).toBe(201)
      await expectClips(1)
    })
  })

  it.each([1, 2])(
    'does not hold up the retry if its answer could not be stored at first (%i times)',
    async (times) => {
      let failures = 0
      const keepsAnswer = (query: string) => query.includes('update \\"idempotency_keys\\" set \\"answer\\"')
      const first = await withQueries(
        async (query, real) => (keepsAnswer(query) && failures++ < times ? await r2Error() : await real()),
        async () => await send(env.BUCKET),
      )
      expect([first.status, failures]).toEqual([201, times + 1])
      const again = await send(env.BUCKET)
      expect(again.status).toBe(201)
      expect(await again.json()).toEqual(await first.json())
      expect(again.headers.get('ETag')).toBe(first.headers.get('ETag'))
      await expectClips(1)
    },
  )

  it('is refused before a byte is stored if Postgres is unavailable from the start', async () => {
    const answer = await withQueries(r2Error, async () => await send(env.BUCKET))
    await expectProblem(answer, 503, 'database-unavailable')
    expect(await storedKeys()).toEqual([])
  })

  it('leaves nothing if the client disconnects half-way, and the key can be used again', async () => {
    const half = new ReadableStream({
      start: (controller) => controller.enqueue(bytes.slice(0, 4000)),
      pull: (controller) => controller.error(new Error('connection lost')),
    })
    const answer = await send(env.BUCKET, half)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    await expectClips(0)
    expect((await send(env.BUCKET)).status).toBe(201)
  })
})
