/** From a request for audio to a counted play. */
import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { recordPlays, type PlayEvent } from '../src/db/plays.ts'
import { createRouter } from '../src/http/router.ts'
import { readSettings } from '../src/http/settings.ts'
import worker from '../src/index.ts'
import { countsPlay } from '../src/plays/countsPlay.ts'
import type { Rejection } from '../src/plays/play.ts'
import { PlayMessage } from '../src/plays/playMessage.ts'
import { asAdmin, call, database, emptyLibrary, fixture, uploaded } from './api.ts'
import { callWith } from './faults.ts'
import { insertClips, readTables } from './playTables.ts'

const bytes = fixture('opus.opus')
const size = bytes.byteLength
const listenerHeaders = { 'CF-Connecting-IP': '203.0.113.7', 'User-Agent': 'Lavf/60.16.100' }

let clip: string
let sent: unknown[]

/** The queue, but what is sent stays here; `send` may refuse. */
function queueThat(send: (body: unknown) => Promise<unknown>): Queue {
  return new Proxy(env.PLAYS, { get: (_, name) => (name === 'send' ? send : undefined) })
}

const bindings = () => ({ ...env, PLAYS: queueThat(async (body) => sent.push(body)) })

async function stream(headers: Record<string, string> = {}, method = 'GET', id = clip) {
  return await callWith(bindings(), `/api/clips/${id}/stream`, {
    method,
    headers: { ...listenerHeaders, ...headers },
  })
}

async function consume(bodies: unknown[], changed: Partial<Env> & Record<string, unknown> = {}) {
  const messages = bodies.map((body, n) => ({ id: String(n), timestamp: new Date(), attempts: 1, body }))
  const batch = createMessageBatch('clips-plays', messages)
  await worker.queue(batch, { ...env, ...changed }, createExecutionContext())
  return await getQueueResult(batch, createExecutionContext())
}

beforeAll(async () => {
  await emptyLibrary()
  clip = (await uploaded(bytes, { title: 'Tone' })).id
})
beforeEach(() => {
  sent = []
})

describe('a play', () => {
  it('is one message, which names neither address nor player', async () => {
    const started = Date.now()
    await stream()
    expect(sent).toHaveLength(1)
    const event = PlayMessage.parse(sent[0])
    expect(event).toMatchObject({ clip, country: null })
    expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(Math.abs(Date.parse(event.at) - started)).toBeLessThan(60_000)
    expect(JSON.stringify(sent)).not.toMatch(/203\.0\.113|Lavf/)
  })

  it.each([
    [{ country: 'CZ' }, 'CZ'],
    [{ country: 'T1' }, 'T1'],
    [{ country: 'XX' }, null],
    [{}, null],
  ])('with %j comes from %j', async (cf, country) => {
    await callWith(bindings(), `/api/clips/${clip}/stream`, { headers: listenerHeaders, cf })
    expect(sent).toMatchObject([{ country }])
  })

  it('of a private clip counts too', async () => {
    const { id } = await uploaded(fixture('cbr.mp3'), { title: 'Diary', visibility: 'private' })
    await stream({}, 'GET', id)
    expect(sent).toEqual([])
    await stream(asAdmin, 'GET', id)
    expect(sent).toMatchObject([{ clip: id }])
  })

  it('has the id of the clip however the address spells it', async () => {
    await stream({}, 'GET', clip.toUpperCase())
    expect(sent).toMatchObject([{ clip }])
  })
})

describe('what is no play', () => {
  /** The route as it is wired, and what an outer middleware sees of it. */
  async function rejectionOf(status: number, headers: Record<string, string>, method = 'GET') {
    const seen: (Rejection | undefined)[] = []
    const router = createRouter()
    router.use(async (c, next) => {
      c.set('settings', readSettings(env))
      await next()
      seen.push(c.get('playRejection'))
    })
    const contentRange = /^bytes=(\d+-\d+)$/.exec(headers['Range'] ?? '')?.[1]
    router.get('/:id', countsPlay, () => {
      const headersOf: HeadersInit = contentRange ? { 'Content-Range': `bytes ${contentRange}/9000` } : {}
      return new Response(null, { status, headers: headersOf })
    })
    const context = createExecutionContext()
    const request = new Request(`https://clips.test/${clip}`, {
      method,
      headers: { ...listenerHeaders, ...headers },
    })
    await router.fetch(request, bindings(), context)
    await waitOnExecutionContext(context)
    return seen[0]
  }

  it.each<
    [status: number, headers: Record<string, string>, method: string, rejection: Rejection | undefined]
  >([
    [200, {}, 'GET', undefined],
    [200, {}, 'HEAD', 'not-get'],
    [304, {}, 'GET', 'not-modified'],
    [206, { Range: 'bytes=0-1' }, 'GET', 'probe'],
    [206, { Range: 'bytes=5-8999' }, 'GET', 'not-from-start'],
    [200, { 'Sec-Purpose': 'prefetch' }, 'GET', 'prefetch'],
    [200, { Purpose: 'prefetch' }, 'GET', 'prefetch'],
    [200, { 'User-Agent': 'Googlebot/2.1' }, 'GET', 'bot'],
    [200, { 'User-Agent': '' }, 'GET', 'no-user-agent'],
  ])('%i to %j %s: %s', async (status, headers, method, rejection) => {
    expect(await rejectionOf(status, headers, method)).toBe(rejection)
    expect(sent).toHaveLength(rejection === undefined ? 1 : 0)
  })

  it.each([
    [304, { 'If-None-Match': '*' }],
    [412, { 'If-Match': '"x"' }],
    [416, { Range: 'bytes=9999999-' }],
  ])('the product answers %i and sends nothing', async (status, headers) => {
    expect((await stream(headers)).status).toBe(status)
    expect(sent).toEqual([])
  })

  it('a clip that is not there', async () => {
    expect((await stream({}, 'GET', '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11')).status).toBe(404)
    expect(sent).toEqual([])
  })
})

describe('clients, as they ask', () => {
  const last = size - 1
  const middle = Math.floor(size / 2)
  const webkit =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15'
  const blink =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
  const gecko = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
  type Ask = Record<string, string> & { method?: string }
  const clients: [client: string, userAgent: string, asks: Ask[]][] = [
    ['Safari', webkit, ranges('0-1', `0-${last}`, `${size - 100}-${last}`, `${middle}-${last}`)],
    [
      'an iPhone',
      'AppleCoreMedia/1.0.0.23B85 (iPhone; U; CPU OS 26_1 like Mac OS X; en_us)',
      ranges('0-1', `0-${last}`),
    ],
    ['Firefox, with a seek', gecko, ranges('0-', `${middle}-`)],
    [
      'Chromium: play, seek, replay',
      blink,
      [...ranges('0-'), { Range: `bytes=${middle}-${last}`, 'If-Range': '"tag"' }, ...ranges('0-')],
    ],
    ['ffmpeg', 'Lavf/60.16.100', ranges('0-', `${size - 50}-`, '40-')],
    ['VLC', 'VLC/3.0.20 LibVLC/3.0.20', ranges('0-', `${middle}-`)],
    [
      'a podcast app that downloads, breaks off and goes on',
      'Overcast/2024.8 (+http://overcast.fm/; iOS podcast app)',
      [{ method: 'HEAD' }, {}, ...ranges(`${middle}-`)],
    ],
  ]
  function ranges(...all: string[]): Ask[] {
    return all.map((range) => ({ Range: `bytes=${range}` }))
  }

  it.each(clients)('%s: one play', async (_, userAgent, asks) => {
    const etag = (await stream({}, 'HEAD')).headers.get('ETag') ?? ''
    const before = (await readTables()).counts[clip] ?? 0
    for (const { method, ...headers } of asks) {
      const tagged = 'If-Range' in headers ? { ...headers, 'If-Range': etag } : headers
      const response = await stream({ ...tagged, 'User-Agent': userAgent }, method)
      expect(response.status).toBe('Range' in headers ? 206 : 200)
    }
    await consume(sent)
    expect((await readTables()).counts[clip]).toBe(before + 1)
  })
})

describe('on the way to the queue', () => {
  it('no byte waits: the audio is all there while the queue has not answered', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const context = createExecutionContext()
    const request = new Request(`https://clips.test/api/clips/${clip}/stream`, { headers: listenerHeaders })
    let asked = false
    const slow = queueThat(async () => {
      asked = true
      await promise
    })
    const response = await worker.fetch(request, { ...env, PLAYS: slow }, context)
    expect(await response.bytes()).toEqual(bytes)
    resolve()
    await waitOnExecutionContext(context)
    expect(asked).toBe(true)
  })

  it('a refusal is tried again, with the same id', async () => {
    const tried: unknown[] = []
    const queue = queueThat(async (body) => {
      tried.push(body)
      if (tried.length < 3) throw new Error('Queue is overloaded')
    })
    const path = `/api/clips/${clip}/stream`
    expect((await callWith({ ...env, PLAYS: queue }, path, { headers: listenerHeaders })).status).toBe(200)
    expect(tried).toHaveLength(3)
    expect(new Set(tried.map((body) => PlayMessage.parse(body).id)).size).toBe(1)
  })

  it('what cannot be sent is in the log, whole, and the stream is not touched', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const queue = queueThat(async () => await Promise.reject(new Error('Queue is overloaded')))
    const path = `/api/clips/${clip}/stream`
    const response = await callWith({ ...env, PLAYS: queue }, path, { headers: listenerHeaders })
    expect(await response.bytes()).toEqual(bytes)
    const lines = log.mock.calls
      .map(([line]) => String(line))
      .filter((line) => line.includes('play-not-sent'))
    log.mockRestore()
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('203.0.113')
    const { play } = JSON.parse(lines[0] ?? '')
    expect(PlayMessage.parse(play).clip).toBe(clip)
  })
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
  const poison = [
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

  it('buries what is no play, at once, and counts the rest', async () => {
    const before = (await readTables()).counts[clip] ?? 0
    const buried: unknown[] = []
    const dead = queueThat(async (body) => buried.push(body))
    const result = await consume([...poison, event(), event()], { PLAYS_DEAD: dead })
    expect(buried).toEqual(poison)
    expect(result.ackAll).toBe(true)
    expect(result.retryMessages).toEqual([])
    expect((await readTables()).counts[clip]).toBe(before + 2)
  })

  it('buries it also while Postgres is away; the rest comes again', async () => {
    const buried: unknown[] = []
    const dead = queueThat(async (body) => buried.push(body))
    const result = await consume(['text', event()], {
      PLAYS_DEAD: dead,
      DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql',
    })
    expect(buried).toEqual(['text'])
    expect(result.explicitAcks).toEqual(['0'])
    expect(result.retryBatch.retry).toBe(true)
  })

  it('keeps what cannot be buried', async () => {
    const dead = queueThat(async () => await Promise.reject(new Error('Queue is overloaded')))
    const result = await consume(['text', event()], { PLAYS_DEAD: dead })
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual(['0'])
    expect(result.ackAll).toBe(true)
  })

  it('keeps a batch of a queue that nobody knows', async () => {
    await expect(
      worker.queue(createMessageBatch('clips-unknown', []), env, createExecutionContext()),
    ).rejects.toThrow('clips-unknown')
  })

  it('keeps its batch while a setting is missing', async () => {
    await expect(consume([event()], { DATABASE_URL: '' })).rejects.toThrow()
  })

  it('whatever it takes for a play, Postgres takes', async () => {
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

it('through the real queue', async () => {
  const [id = ''] = await insertClips(1)
  const { key, object } = await audioOf(clip)
  await env.BUCKET.put(key.replace(clip, id), object.body, {
    httpMetadata: object.httpMetadata ?? {},
    customMetadata: object.customMetadata ?? {},
  })
  for (const range of ['bytes=0-1', 'bytes=0-', 'bytes=0-', 'bytes=500-']) {
    const response = await call(`/api/clips/${id}/stream`, { headers: { ...listenerHeaders, Range: range } })
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
