/** From play messages to counted plays. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type PlayEvent, recordPlays } from '../../src/db/plays.ts'
import { queueHandler } from '../../src/maintenance/queues.ts'
import { PlayMessage } from '../../src/plays/consumePlays.ts'
import { call, database, emptyLibrary, fixture, uploaded } from '../support/api.ts'
import { insertClips, readTables } from '../support/playTables.ts'
import { contextWith, uncached } from '../support/product.ts'
import { queueWith } from '../support/queueWith.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { withQueries } from '../support/withQueries.ts'

let clip: string

async function consume(bodies: unknown[], changed: Partial<Env> & Record<string, unknown> = {}) {
  const messages = bodies.map((body, n) => ({ id: String(n), timestamp: new Date(), attempts: 1, body }))
  const batch = createMessageBatch('clips-plays', messages)
  await queueHandler(batch, Object.assign({ ...env }, changed), contextWith(uncached()))
  return await getQueueResult(batch, createExecutionContext())
}

beforeAll(async () => {
  await emptyLibrary()
  clip = (await uploaded(fixture('opus.opus'), { title: 'Tone' })).id
})

describe('the consumer', () => {
  const event = (change: Partial<PlayEvent> = {}): PlayEvent => ({
    id: crypto.randomUUID(),
    clip,
    listener: crypto.randomUUID().replaceAll('-', '').repeat(2),
    country: null,
    at: new Date().toISOString(),
    ...change,
  })
  const invalid = [
    null,
    'text',
    { ...event(), id: 'x' },
    { ...event(), listener: '203.0.113.7' },
    { ...event(), country: 'Czechia' },
    { ...event(), at: '2026-02-30T00:00:00.000Z' },
    { ...event(), at: '0000-01-01T00:00:00.000Z' },
    { ...event(), at: '9999-12-31T23:59:59.999Z' },
    { ...event(), address: '203.0.113.7' },
  ]

  it('sends what is no play to the dead-letter queue at once, and counts the rest', async () => {
    const before = (await readTables()).counts[clip] ?? 0
    const dead: unknown[] = []
    const queue = queueWith(async (body) => dead.push(body))
    const result = await consume([...invalid, event(), event()], { PLAYS_DEAD: queue })
    expect(dead).toEqual(invalid)
    expect(result.explicitAcks).toHaveLength(invalid.length + 2)
    expect(result.retryMessages).toEqual([])
    expect((await readTables()).counts[clip]).toBe(before + 2)
  })

  it('does so without Postgres too, and retries the rest', async () => {
    const dead: unknown[] = []
    const queue = queueWith(async (body) => dead.push(body))
    const result = await consume(['text', event()], {
      PLAYS_DEAD: queue,
      DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql',
    })
    expect(dead).toEqual(['text'])
    expect(result.explicitAcks).toEqual(['0'])
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual(['1'])
  })

  describe('if Postgres refuses some plays', () => {
    /** Consumes so many plays, while Postgres fails for batches that have one of these, as often as `times` says. */
    const consumeRefused = async (count: number, refused: number[], code: string, times = Infinity) => {
      const events = Array.from({ length: count }, () => event())
      const ids = refused.map((nth) => events[nth]?.id ?? '')
      let failures = 0
      const result = await withQueries(
        async (query, send) => {
          if (!ids.some((id) => query.includes(id)) || failures >= times) return await send()
          failures += 1
          return Response.json({ message: 'refused', severity: 'ERROR', code }, { status: 400 })
        },
        async () => await consume(events),
      )
      return { retried: result.retryMessages.map(({ msgId }) => Number(msgId)), failures }
    }

    beforeEach(() => skipPauses())
    afterEach(() => void vi.restoreAllMocks())

    it.each([
      [1, [0]],
      [2, [1]],
      [7, [3]],
      [100, [0, 57, 99]],
    ])('of %i, only %o are retried, and the others are counted once', async (count, refused) => {
      const before = (await readTables()).counts[clip] ?? 0
      expect((await consumeRefused(count, refused, '22000')).retried).toEqual(refused)
      expect((await readTables()).counts[clip]).toBe(before + count - refused.length)
    })

    it.each(['40001', '40P01', '23503'])(
      'by the clash %s, the batch is tried again at once',
      async (code) => {
        const before = (await readTables()).counts[clip] ?? 0
        expect(await consumeRefused(5, [2], code, 2)).toEqual({ retried: [], failures: 2 })
        expect((await readTables()).counts[clip]).toBe(before + 5)
      },
    )

    it('because it is shutting down, the whole batch waits', async () => {
      expect(await consumeRefused(3, [1], '57P01')).toEqual({ retried: [0, 1, 2], failures: 1 })
    })
  })

  it('retries what the dead-letter queue refuses', async () => {
    const queue = queueWith(async () => await Promise.reject(new Error('Queue is overloaded')))
    const result = await consume(['text', event()], { PLAYS_DEAD: queue })
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual(['0'])
    expect(result.explicitAcks).toEqual(['1'])
  })

  it('fails for a batch of an unknown queue', async () => {
    await expect(
      queueHandler(createMessageBatch('clips-unknown', []), env, contextWith(uncached())),
    ).rejects.toThrow('clips-unknown')
  })

  it('fails while a setting is missing', async () => {
    await expect(consume([event()], { DATABASE_URL: '' })).rejects.toThrow()
  })

  it('accepts no play that Postgres refuses', async () => {
    const likely = <Value>(arbitrary: fc.Arbitrary<Value>) => ({ arbitrary, weight: 20 })
    const odd = <Value>(arbitrary: fc.Arbitrary<Value>) => ({ arbitrary, weight: 1 })
    const time = (daysAgo: number) =>
      fc.integer({ min: 0, max: daysAgo * 86_400_000 }).map((ms) => new Date(Date.now() - ms).toISOString())
    const any = fc.record({
      id: fc.oneof(likely(fc.uuid({ version: [4, 7] })), odd(fc.uuid()), odd(fc.string())),
      clip: fc.oneof(likely(fc.constant(clip)), odd(fc.constant(clip.toUpperCase())), odd(fc.uuid())),
      listener: fc.oneof(likely(fc.stringMatching(/^[0-9a-f]{64}$/)), odd(fc.string())),
      country: fc.oneof(
        likely(fc.stringMatching(/^[A-Z0-9]{2}$/)),
        odd(fc.constant(null)),
        odd(fc.string({ unit: 'binary' })),
      ),
      at: fc.oneof(
        likely(time(80)),
        odd(time(9000)),
        odd(
          fc.constantFrom('2024-02-29T23:59:59.999Z', '2023-02-29T00:00:00.000Z', '2026-01-01T24:00:00.000Z'),
        ),
        odd(fc.constantFrom('2026-01-01T23:59:60.000Z', '-002026-01-01T00:00:00.000Z')),
      ),
    })
    let taken = 0
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 15, maxLength: 25 }), async (bodies) => {
        const events = bodies.flatMap((body) => PlayMessage.safeParse(body).data ?? [])
        taken += events.length
        await recordPlays(database(), events, 30)
      }),
      { numRuns: 25 },
    )
    expect(taken).toBeGreaterThan(50)
  })
})

it('a play is counted through the real queue', async () => {
  const [id = ''] = await insertClips(1)
  const { key, object } = await audioOf(clip)
  await env.BUCKET.put(key.replace(clip, id), object.body, {
    httpMetadata: object.httpMetadata ?? {},
    customMetadata: object.customMetadata ?? {},
  })
  for (const range of ['bytes=0-1', 'bytes=0-', 'bytes=0-', 'bytes=500-']) {
    const response = await call(`/api/clips/${id}/stream`, {
      headers: { 'CF-Connecting-IP': '203.0.113.7', 'User-Agent': 'Lavf/60.16.100', Range: range },
    })
    expect(response.status).toBe(206)
    await response.bytes()
  }
  const counted = async () => {
    const { counts, days } = await readTables()
    const [day] = Object.entries(days).flatMap(([name, figures]) => (name.startsWith(id) ? figures : []))
    expect(counts[id]).toBe(1)
    expect(day).toMatchObject({ plays: 1, listeners: 1, repeats: 1 })
  }
  await vi.waitFor(counted, { timeout: 20_000, interval: 200 })
})

async function audioOf(id: string) {
  const { objects } = await env.BUCKET.list()
  const key = objects.find((object) => object.key.includes(id))?.key ?? ''
  const object = await env.BUCKET.get(key)
  if (!object) throw new Error(`no audio of ${id}`)
  return { key, object }
}
