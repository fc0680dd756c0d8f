/** From a stream to a play message: what counts, and what is sent to the queue. */
import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRouter } from '../../src/http/router.ts'
import { readSettings } from '../../src/http/settings.ts'
import worker from '../../src/index.ts'
import { countPlay } from '../../src/plays/countPlay.ts'
import { PlayMessage } from '../../src/plays/consumePlays.ts'
import type { Rejection } from '../../src/plays/play.ts'
import { asAdmin, emptyLibrary, fixture, unknownId, uploaded } from '../support/api.ts'
import { readTables } from '../support/playTables.ts'
import { callWith } from '../support/product.ts'
import { queueWith } from '../support/queueWith.ts'
import { skipPauses } from '../support/skipPauses.ts'

const bytes = fixture('opus.opus')
const size = bytes.byteLength
const listenerHeaders = { 'CF-Connecting-IP': '203.0.113.7', 'User-Agent': 'Lavf/60.16.100' }

let clip: string
let sent: unknown[]

const bindings = () => ({ ...env, PLAYS: queueWith(async (body) => sent.push(body)) })

async function stream(headers: Record<string, string> = {}, method = 'GET', id = clip) {
  return await callWith(bindings(), `/api/clips/${id}/stream`, {
    method,
    headers: { ...listenerHeaders, ...headers },
  })
}

beforeAll(async () => {
  await emptyLibrary()
  clip = (await uploaded(bytes, { title: 'Tone' })).id
})
beforeEach(() => {
  sent = []
})

async function consume(bodies: unknown[], changed: Partial<Env> & Record<string, unknown> = {}) {
  const messages = bodies.map((body, n) => ({ id: String(n), timestamp: new Date(), attempts: 1, body }))
  const batch = createMessageBatch('clips-plays', messages)
  await worker.queue(batch, { ...env, ...changed }, createExecutionContext())
  return await getQueueResult(batch, createExecutionContext())
}

describe('a play', () => {
  it('is one message, without address and user agent', async () => {
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

  it('of a private clip counts', async () => {
    const { id } = await uploaded(fixture('cbr.mp3'), { title: 'Diary', visibility: 'private' })
    await stream({}, 'GET', id)
    expect(sent).toEqual([])
    await stream(asAdmin, 'GET', id)
    expect(sent).toMatchObject([{ clip: id }])
  })

  it('has the id of the clip, however the path spells it', async () => {
    await stream({}, 'GET', clip.toUpperCase())
    expect(sent).toMatchObject([{ clip }])
  })
})

describe('what is no play', () => {
  /** What an outer middleware sees of the play. */
  async function rejectionOf(status: number, headers: Record<string, string>, method = 'GET') {
    const seen: (Rejection | undefined)[] = []
    const router = createRouter()
    router.use(async (c, next) => {
      c.set('settings', readSettings(env))
      await next()
      seen.push(c.get('playRejection'))
    })
    const contentRange = /^bytes=(\d+-\d+)$/.exec(headers['Range'] ?? '')?.[1]
    router.get('/:id', countPlay, () => {
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
  ])('an answer %i sends nothing', async (status, headers) => {
    expect((await stream(headers)).status).toBe(status)
    expect(sent).toEqual([])
  })

  it('a clip that does not exist sends nothing', async () => {
    expect((await stream({}, 'GET', unknownId)).status).toBe(404)
    expect(sent).toEqual([])
  })
})

describe('the requests', () => {
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
      'a podcast app that downloads, stops and resumes',
      'Overcast/2024.8 (+http://overcast.fm/; iOS podcast app)',
      [{ method: 'HEAD' }, {}, ...ranges(`${middle}-`)],
    ],
  ]
  function ranges(...all: string[]): Ask[] {
    return all.map((range) => ({ Range: `bytes=${range}` }))
  }

  it.each(clients)('of %s are one play', async (_, userAgent, asks) => {
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

describe('the queue', () => {
  beforeEach(skipPauses)
  afterEach(() => void vi.restoreAllMocks())

  it('does not delay the audio', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const context = createExecutionContext()
    const request = new Request(`https://clips.test/api/clips/${clip}/stream`, { headers: listenerHeaders })
    let asked = false
    const slow = queueWith(async () => {
      asked = true
      await promise
    })
    const response = await worker.fetch(request, { ...env, PLAYS: slow }, context)
    expect(await response.bytes()).toEqual(bytes)
    resolve()
    await waitOnExecutionContext(context)
    expect(asked).toBe(true)
  })

  it('gets a refused message again, with the same id', async () => {
    const tried: unknown[] = []
    const queue = queueWith(async (body) => {
      tried.push(body)
      if (tried.length < 3) throw new Error('Queue is overloaded')
    })
    const path = `/api/clips/${clip}/stream`
    expect((await callWith({ ...env, PLAYS: queue }, path, { headers: listenerHeaders })).status).toBe(200)
    expect(tried).toHaveLength(3)
    expect(new Set(tried.map((body) => PlayMessage.parse(body).id)).size).toBe(1)
  })

  it('refuses for good: the whole message is logged, and the stream is the same', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const queue = queueWith(async () => await Promise.reject(new Error('Queue is overloaded')))
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
