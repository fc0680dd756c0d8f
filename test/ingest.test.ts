/** Uploads that lose nothing: digests, idempotency keys, duplicates, and faults at every step. */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import worker from '../src/index.ts'
import { Clip } from '../src/clips/clip.ts'
import { deleteExpiredIdempotencyKeys } from '../src/db/idempotencyKeys.ts'
import { agedBy } from './age.ts'
import {
  asAdmin,
  call,
  countRows,
  database,
  emptyLibrary,
  expectProblem,
  fixture,
  sendJson,
  storedKeys,
} from './api.ts'
import { callWith, faultyBucket, losses, withQueries, type Fault } from './faults.ts'
import { runLater } from './reconciling.ts'

beforeEach(emptyLibrary)

const bytes = fixture('opus.opus')
const other = fixture('vorbis.ogg')
const sha = async (algorithm: string, data: Uint8Array) =>
  new Uint8Array(await crypto.subtle.digest(algorithm, data)).toBase64()

const raw = { ...asAdmin, 'Content-Type': 'audio/ogg' }
const post = async (headers: Record<string, string>, body: BodyInit = bytes, query = 'title=x') =>
  await call(`/api/clips?${query}`, { method: 'POST', headers: { ...raw, ...headers }, body })

/** A whole clip or nothing at all. */
async function expectClips(count: number) {
  const keys = await storedKeys()
  expect(await countRows()).toBe(count)
  expect(keys.filter((key) => key.startsWith('clips/'))).toHaveLength(count)
  expect(keys.filter((key) => key.startsWith('incoming/'))).toEqual([])
}

describe('digests: RFC 9530', () => {
  it.each([
    ['Repr-Digest', async () => `sha-256=:${await sha('SHA-256', bytes)}:`],
    ['Content-Digest', async () => `sha-512=:${await sha('SHA-512', bytes)}:`],
    ['Repr-Digest', async () => `md5=:AAAA:, sha-256=:${await sha('SHA-256', bytes)}:`],
  ])('%s that holds', async (header, value) => {
    expect((await post({ [header]: await value() })).status).toBe(201)
  })

  it.each([
    ['Repr-Digest', 'sha-256', 'SHA-256'],
    ['Content-Digest', 'sha-512', 'SHA-512'],
  ])('%s of other bytes stores nothing', async (header, algorithm, name) => {
    const digest = await sha(name, other)
    const response = await post({ [header]: `${algorithm}=:${digest}:` })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#digest-mismatching-values',
      'mismatching-digests': [{ algorithm, header, 'provided-digest': `:${digest}:` }],
    })
    await expectClips(0)
  })

  it.each([
    ['sha-256=:AAAA:', 'digest-invalid-values', 'invalid-digests'],
    ['sha-256=5', 'digest-invalid-values', 'invalid-digests'],
    ['md5=:AAAA:', 'digest-unsupported-algorithms', 'unsupported-algorithms'],
  ])('%s is a %s', async (value, name, member) => {
    const response = await post({ 'Repr-Digest': value })
    expect(response.status).toBe(400)
    const problem = await response.json<Record<string, unknown>>()
    expect(problem['type']).toBe(`https://iana.org/assignments/http-problem-types#${name}`)
    expect(problem[member]).toHaveLength(1)
    await expectClips(0)
  })

  it('cannot be read', async () => {
    await expectProblem(await post({ 'Repr-Digest': 'sha-256=:@:' }), 400, 'malformed-request')
  })

  it('of a form is that of its whole body', async () => {
    const form = new FormData()
    form.append('file', new File([bytes], 'a.opus'))
    const encoded = new Response(form)
    const body = await encoded.bytes()
    const headers = { 'Content-Type': encoded.headers.get('Content-Type') ?? '' }
    const good = { ...headers, 'Content-Digest': `sha-256=:${await sha('SHA-256', body)}:` }
    const bad = { ...headers, 'Content-Digest': `sha-256=:${await sha('SHA-256', bytes)}:` }
    expect((await post(bad, body, '')).status).toBe(400)
    await expectClips(0)
    expect((await post(good, body, '')).status).toBe(201)
  })

  it('stays with the object and goes with every answer', async () => {
    const { id } = Clip.parse(await (await post({})).json())
    const object = await env.BUCKET.head(`clips/${id}/audio`)
    const digest = await sha('SHA-256', bytes)
    expect(new Uint8Array(object?.checksums.sha256 ?? []).toBase64()).toBe(digest)
    for (const range of ['bytes=0-', 'bytes=1-2']) {
      const answer = await call(`/api/clips/${id}/stream`, { headers: { Range: range } })
      expect(answer.headers.get('Repr-Digest')).toBe(`sha-256=:${digest}:`)
    }
  })
})

describe('Idempotency-Key', () => {
  const key = { 'Idempotency-Key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' }

  it('gives the first answer again, and makes one clip', async () => {
    const first = await post(key)
    const again = await post(key)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'))
    expect(await again.json()).toEqual(await first.json())
    await expectClips(1)
  })

  it('is the same with quotes and without', async () => {
    expect((await post(key)).status).toBe(201)
    expect((await post({ 'Idempotency-Key': '8e03978e-40d5-43dd-bc93-6894a57f9324' })).status).toBe(201)
    await expectClips(1)
  })

  it.each([
    ['other bytes', async () => await post(key, other)],
    ['other fields', async () => await post(key, bytes, 'title=y')],
  ])('with %s is refused', async (_, again) => {
    expect((await post(key)).status).toBe(201)
    await expectProblem(await again(), 422, 'idempotency-key-reused')
    await expectClips(1)
  })

  it('of two at the same time lets one through', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, async () => await post(key)))
    const statuses = answers.map((answer) => answer.status)
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1)
    for (const answer of answers) {
      if (answer.status !== 201) await expectProblem(answer, 409, 'request-in-progress')
    }
    await expectClips(1)
  })

  it('is free again after a refusal', async () => {
    await expectProblem(await post(key, 'no audio'), 415, 'not-audio')
    expect((await post(key)).status).toBe(201)
  })

  it.each(['', 'x'.repeat(256), 'ü'])('%s is none', async (value) => {
    await expectProblem(await post({ 'Idempotency-Key': value }), 400, 'bad-idempotency-key')
  })

  it('ends after a day', async () => {
    expect((await post(key)).status).toBe(201)
    await agedBy('25 hours')
    const response = await post(key, other, 'title=y')
    expect(response.status).toBe(201)
    await expectClips(2)
  })

  it('is pruned by the cron after that', async () => {
    expect((await post(key)).status).toBe(201)
    const count = async () => await deleteExpiredIdempotencyKeys(database(), 24 * 60 * 60 * 1000, 100)
    expect(await count()).toBe(0)
    await agedBy('25 hours')
    const controller = createScheduledController({ scheduledTime: new Date(), cron: '*/15 * * * *' })
    const context = createExecutionContext()
    await worker.scheduled(controller, env, context)
    await waitOnExecutionContext(context)
    expect(await count()).toBe(0)
  })
})

describe('the same audio again', () => {
  it('is a 409 that says where it is', async () => {
    const first = await post({})
    const again = await post({}, bytes, 'title=Another+title')
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'))
    await expectProblem(again, 409, 'duplicate-audio')
    await expectClips(1)
  })

  it('is taken when asked for', async () => {
    expect((await post({})).status).toBe(201)
    expect((await post({}, bytes, 'title=x&allow_duplicate=1')).status).toBe(201)
    await expectClips(2)
  })

  it('at the same time makes one row; what the others committed waits for the reconciler', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await post({})))
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(4)
    expect(await countRows()).toBe(1)
  })
})

describe('faults', () => {
  const key = { 'Idempotency-Key': 'retry-me' }
  const send = async (bucket: R2Bucket, body: BodyInit = bytes) =>
    await callWith({ ...env, BUCKET: bucket }, '/api/clips?title=x', {
      method: 'POST',
      headers: { ...raw, ...key },
      body,
    })

  /** The fault once, at the given operation on a key with the given prefix. */
  const once = (operation: string, prefix: string, how: () => Promise<never>): Fault => {
    let done = false
    return (name, target) => {
      if (done || name !== operation || !String(target).startsWith(prefix)) return undefined
      done = true
      return how()
    }
  }
  const throws = async () => await Promise.reject(new Error('we encountered an internal error (10001)'))

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
  ])('R2 %s on %s throws: nothing is left, and the retry makes the clip', async (operation, prefix, body) => {
    const bucket = faultyBucket(env.BUCKET, once(operation, prefix, throws))
    await expectProblem(await send(bucket, body ?? long()), 503, 'storage-away')
    await expectClips(0)
    expect((await send(env.BUCKET, body ?? long())).status).toBe(201)
    await expectClips(1)
  })

  it('R2 delete of what arrived throws: the clip is made', async () => {
    expect((await send(faultyBucket(env.BUCKET, once('delete', 'incoming/', throws)))).status).toBe(201)
    expect(await countRows()).toBe(1)
  })

  it.each(['incoming/', 'clips/'])('R2 put on %s hangs: a 503 in the end', async (prefix) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let flying: ReturnType<typeof setInterval> | undefined
    const hangs = async () => {
      flying = setInterval(() => void vi.advanceTimersByTimeAsync(30_000), 20)
      return await new Promise<never>(() => {})
    }
    const response = await send(faultyBucket(env.BUCKET, once('put', prefix, hangs)))
    clearInterval(flying)
    vi.useRealTimers()
    await expectProblem(response, 503, 'storage-away')
    await expectClips(0)
  })
  afterEach(() => void vi.useRealTimers())

  const isInsert = (query: string) => query.includes('insert into \\"clips\\"')

  it('the database refuses: 503; the retry makes one clip with one object', async () => {
    const refused = await withQueries(
      async (query, real) => (isInsert(query) ? await throws() : await real()),
      async () => await send(env.BUCKET),
    )
    await expectProblem(refused, 503, 'database-away')
    expect(await countRows()).toBe(0)
    expect((await send(env.BUCKET)).status).toBe(201)
    await expectClips(1)
  })

  it('the database refuses and nobody tries again: the reconciler clears the audio', async () => {
    const refused = await withQueries(
      async (query, real) => (isInsert(query) ? await throws() : await real()),
      async () => await send(env.BUCKET),
    )
    await expectProblem(refused, 503, 'database-away')
    expect(await storedKeys()).toHaveLength(1)
    await runLater(0.5)
    expect(await storedKeys()).toHaveLength(1)
    await runLater(2)
    expect(await storedKeys()).toEqual([])
  })

  it.each(losses)(
    'the database commits and the answer is lost %s: the clip is there, once',
    async (_, lose) => {
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
    },
  )

  it.each(losses)(
    'the database commits and every answer is lost %s: the retry finds the clip',
    async (_, lose) => {
      const answer = await withQueries(
        async (query, real) => {
          const response = await real()
          return isInsert(query) ? await lose(response) : response
        },
        async () => await send(env.BUCKET),
      )
      await expectProblem(answer, 503, 'database-away')
      await expectClips(1)
      const again = await send(env.BUCKET)
      expect(again.status).toBe(201)
      await expectClips(1)
    },
  )

  describe('after every answer of an attempt was lost', () => {
    beforeEach(async () => {
      const lost = await withQueries(
        async (query, real) => {
          const response = await real()
          return isInsert(query) ? await throws() : response
        },
        async () => await send(env.BUCKET),
      )
      await expectProblem(lost, 503, 'database-away')
    })

    it('the retry does not undo what was edited meanwhile', async () => {
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

    it('a refused retry does not lose the clip', async () => {
      await expectProblem(await send(env.BUCKET, other), 422, 'idempotency-key-reused')
      expect((await send(env.BUCKET)).status).toBe(201)
      await expectClips(1)
    })
  })

  it.each([1, 2])(
    'the answer cannot be kept at first (%i times): the retry is not held up',
    async (times) => {
      let failures = 0
      const keepsAnswer = (query: string) => query.includes('update \\"idempotency_keys\\" set \\"answer\\"')
      const first = await withQueries(
        async (query, real) => (keepsAnswer(query) && failures++ < times ? await throws() : await real()),
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

  it('the database is away from the start: refused before a byte is stored', async () => {
    const answer = await withQueries(throws, async () => await send(env.BUCKET))
    await expectProblem(answer, 503, 'database-away')
    expect(await storedKeys()).toEqual([])
  })

  it('the client hangs up half-way: nothing is left, and the key is free', async () => {
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
