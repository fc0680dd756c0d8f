/** What each request records: a data point, a log line, and Server-Timing. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { sql } from 'drizzle-orm'
import { measureQueries } from '../../src/db/connection.ts'
import { requestTelemetry, clipInPath, writeServerTiming } from '../../src/observability/requestTelemetry.ts'
import { createRouter } from '../../src/http/router.ts'
import { database, adminKey, asAdmin, emptyLibrary, fixture, unknownId, uploaded } from '../support/api.ts'
import { byName, keepingPoints, productWith } from '../support/product.ts'

const bytes = fixture('opus.opus')
const size = bytes.byteLength
let clipId: string
let points: AnalyticsEngineDataPoint[] = []
let lines: string[] = []

beforeAll(async () => {
  await emptyLibrary()
  clipId = (await uploaded(bytes, { title: 'Tone' })).id
})

beforeEach(() => {
  points = []
  lines = []
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(String(line)))
  }
})

afterEach(() => {
  vi.restoreAllMocks()
})

const product = (withCache = false, changed: object = {}) =>
  productWith({ ANALYTICS: keepingPoints(points), ...changed }, withCache)

describe('one data point and one log line', () => {
  type Case = [what: string, path: string, init: RequestInit, expected: Record<string, unknown>]
  const stream = '/api/clips/:id/stream'
  const cases: Case[] = [
    ['a list', '/api/clips?search=x', {}, { route: '/api/clips', status: 200, cache: 'MISS', problem: '' }],
    ['a clip', '/api/clips/$id', {}, { route: '/api/clips/:id', clip: '$id', cache: 'MISS' }],
    ['its audio', '/api/clips/$id/stream', {}, { route: stream, clip: '$id', cache: 'MISS', bytes: size }],
    ['a range', '/api/clips/$id/stream', { headers: { Range: 'bytes=5-9' } }, { status: 206, bytes: 5 }],
    ['HEAD', '/api/clips/$id/stream', { method: 'HEAD' }, { method: 'HEAD', cache: 'MISS', bytes: 0 }],
    ['304', '/api/clips/$id/stream', { headers: { 'If-None-Match': '*' } }, { status: 304, cache: 'MISS' }],
    [
      'an unsatisfiable range',
      '/api/clips/$id/stream',
      { headers: { Range: 'bytes=999999-' } },
      { status: 416, problem: 'unsatisfiable-range', cache: 'HIT', clip: '$id' },
    ],
    [
      'no such clip',
      `/api/clips/${unknownId}/stream`,
      {},
      { status: 404, problem: 'clip-not-found', clip: unknownId, route: stream },
    ],
    ['no clip id', '/api/clips/x', {}, { status: 404, problem: 'clip-not-found', clip: '' }],
    ['no such path', '/wp-admin.php', {}, { status: 404, problem: 'not-found', route: 'none' }],
    [
      'another method',
      '/api/clips',
      { method: 'PUT' },
      { status: 405, problem: 'method-not-allowed', method: 'OTHER', route: 'none' },
    ],
    [
      'a wrong key',
      '/api/clips',
      { headers: { Authorization: 'Bearer x' } },
      { status: 401, route: '/api/clips' },
    ],
    [
      'no key',
      '/api/clips',
      { method: 'POST', body: 'x' },
      { status: 401, method: 'POST', problem: 'unauthorized' },
    ],
    [
      'no audio',
      '/api/clips?title=x',
      { method: 'POST', body: 'x', headers: { ...asAdmin, 'Content-Type': 'audio/mpeg' } },
      { status: 415, problem: 'not-audio' },
    ],
    [
      'a preflight',
      '/api/clips',
      { method: 'OPTIONS', headers: { Origin: 'https://a.test' } },
      { status: 204 },
    ],
    [
      'the methods of a path',
      '/api/clips',
      { method: 'OPTIONS' },
      { status: 204, problem: '', method: 'OPTIONS' },
    ],
    ['a page', '/', {}, { route: '/', status: 302 }],
  ]

  it.each(cases)('for %s', async (_, path, init, expected) => {
    const cf = { country: 'NZ', colo: 'AKL' }
    const response = await product(true)(path.replace('$id', clipId), { redirect: 'manual', ...init, cf })
    expect(points).toHaveLength(1)
    const row = byName(points[0]!)
    const wanted = Object.fromEntries(
      Object.entries(expected).map(([name, value]) => [name, value === '$id' ? clipId : value]),
    )
    expect(row).toMatchObject({ country: 'NZ', colo: 'AKL', ...wanted })
    expect(row).toMatchObject({ status: response.status, duration_ms: expect.any(Number) })

    const logged = lines.filter((line) => line.includes('"event":"request"')).map((line) => JSON.parse(line))
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({ request_id: response.headers.get('X-Request-Id'), country: 'NZ' })
    for (const [name, value] of Object.entries(row)) {
      const omitted = value === '' || value === 0 || (name === 'cache' && value === 'none')
      expect(logged[0][name], name).toEqual(omitted && name !== 'duration_ms' ? undefined : value)
    }
  })

  it('for an upload have the id of the new clip', async () => {
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const response = await product()('/api/clips?title=New&allow_duplicate=1', {
      method: 'POST',
      headers,
      body: bytes,
    })
    expect(response.status).toBe(201)
    const id = response.headers.get('Location')?.split('/').at(-1)
    expect(byName(points[0]!)).toMatchObject({ route: '/api/clips', method: 'POST', status: 201, clip: id })
  })

  it('for outages and missing settings', async () => {
    await product(false, { DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql' })('/api/clips')
    await product(false, { ADMIN_KEY: 'x' })(`/api/clips/${clipId}/stream`)
    expect(points.map((point) => byName(point)['problem'])).toEqual(['database-unavailable', 'misconfigured'])
  })

  it.each([
    ['bot', 'bot'],
    [undefined, ''],
    [7, ''],
  ])('%s as the reason that a play is not counted', async (reason, expected) => {
    const app = createRouter()
    const rejectPlay = async (
      c: { set(name: 'playRejection', value: unknown): void },
      next: () => Promise<void>,
    ) => {
      c.set('playRejection', reason)
      await next()
    }
    app.use(requestTelemetry, rejectPlay)
    app.get('/', (c) => c.text(''))
    await app.request('/', {}, { ...env, ANALYTICS: keepingPoints(points) })
    expect(byName(points[0]!)).toMatchObject({ route: '/', play_rejection: expected })
  })

  it('without a cache in front have no cache state', async () => {
    await product(false)(`/api/clips/${clipId}/stream`)
    expect(byName(points[0]!)).toMatchObject({ cache: 'none', status: 200 })
  })
})

describe('no secret is recorded', () => {
  const secrets = {
    key: adminKey,
    wrongKey: 'clips_wrong_key_0123456789',
    signature: 'c2lnbmF0dXJlLW9mLWEtbGluaw',
    address: '203.0.113.77',
    agent: 'SecretAgent/007',
    cookie: 'session=deadbeefcafe',
    search: 'private-search-words',
  }
  const headers = {
    'CF-Connecting-IP': secrets.address,
    'X-Forwarded-For': secrets.address,
    'User-Agent': secrets.agent,
    Cookie: secrets.cookie,
    Referer: `https://a.test/?${secrets.search}`,
  }
  const query = `?signature=${secrets.signature}&expires=1&search=${secrets.search}`

  it.each([
    '/api/clips',
    '/api/clips/$id',
    '/api/clips/$id/stream',
    `/api/clips/${unknownId}/stream`,
    '/api/health',
    '/metrics',
    '/nothing',
  ])('%s', async (path) => {
    const address = path.replace('$id', clipId) + query
    for (const key of [secrets.key, secrets.wrongKey]) {
      const sent = { headers: { ...headers, Authorization: `Bearer ${key}` } }
      await product(true)(address, sent)
      await product(false, { DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql' })(address, sent)
      await product()(address, { ...sent, method: 'POST', body: `{"x":"${key}"}` })
    }
    expect(points).toHaveLength(6)
    expect(lines.length).toBeGreaterThanOrEqual(6)
    const recorded = JSON.stringify(points) + lines.join('\n')
    for (const [name, secret] of Object.entries(secrets)) expect(recorded, name).not.toContain(secret)
  })
})

describe('an ANALYTICS binding that', () => {
  const broken: AnalyticsEngineDataset = {
    writeDataPoint() {
      throw new TypeError('out of order')
    },
  }
  it.each([
    ['throws', { ANALYTICS: broken }],
    ['is missing', { ANALYTICS: undefined }],
  ])('%s is logged, and the answer is the same', async (_, changed) => {
    const response = await productWith(changed)(`/api/clips/${clipId}/stream`)
    expect(response.status).toBe(200)
    expect(await response.bytes()).toEqual(bytes)
    expect(lines.filter((line) => line.includes('data-point-lost'))).toHaveLength(1)
  })
})

describe('Server-Timing', () => {
  const names = (response: Response) =>
    (response.headers.get('Server-Timing') ?? '').split(', ').map((metric) => metric.split(';')[0])

  it('lists what the request waited for', async () => {
    expect(names(await product()('/api/clips'))).toEqual(['total', 'cache', 'db'])
    expect(names(await product()('/api/docs'))).toEqual(['total'])
    const stream = await product(true)(`/api/clips/${clipId}/stream`)
    expect(stream.headers.get('Server-Timing')).toMatch(/^total;dur=\d+, cache;dur=\d+;desc="MISS"$/)
  })

  it('does not let a description leave its quotes', () => {
    const waits = writeServerTiming([{ name: 'cache', ms: 2, description: 'a", b;dur=1\r\nX: y' }])
    expect(waits).toBe('cache;dur=2;desc="a bdur1X y"')
  })

  it('does not mix the queries of requests at the same time', async () => {
    const [one, other] = [
      { queries: 0, ms: 0 },
      { queries: 0, ms: 0 },
    ]
    const query = async () => await database().execute(sql`select pg_sleep(0.02)`)
    await Promise.all([
      measureQueries(one, async () => await Promise.all([query(), query(), query()])),
      measureQueries(other, async () => await query()),
      query(),
    ])
    expect([one.queries, other.queries]).toEqual([3, 1])
    expect(one.ms).toBeGreaterThan(0)
  })
})

describe('the clip in a path', () => {
  it.each([
    [`/api/clips/${unknownId}`, unknownId],
    [`/api/clips/${unknownId}/stream`, unknownId],
    [`/clips/${unknownId}`, unknownId],
    [`/api/clips/${unknownId.toUpperCase()}/stats`, unknownId],
    [`/api/clips/${unknownId}x`, undefined],
    [`/api/keys/${unknownId}`, undefined],
    ['/api/clips/facets', undefined],
    ['/', undefined],
  ])('%s', (path, clip) => {
    expect(clipInPath(path)).toBe(clip)
  })
})
