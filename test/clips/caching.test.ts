/** Lists and clips of callers without a key, with a cache in front: conditions, lifetimes, purges, and no Postgres. */
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Clip } from '../../src/clips/clip.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, unknownId, uploaded } from '../support/api.ts'
import { type Counts, countingSql } from '../support/counting.ts'
import { patchOf, patchTo, product } from '../support/refusingCache.ts'
import { withQueries } from '../support/withQueries.ts'

const audio = fixture('opus.opus')
const Page = z.object({ items: z.array(Clip), next_cursor: z.string().nullable() })
const cacheControl = 'public, max-age=10, stale-while-revalidate=20, stale-if-error=86400'

let clip: Clip
let path: string
let clockMs: number
let cached: ReturnType<typeof product>

beforeEach(async () => {
  await emptyLibrary()
  clip = await uploaded(audio, { title: 'Rain', tags: ['a', 'b'] })
  path = `/api/clips/${clip.id}`
  clockMs = Date.now()
  cached = product({}, () => clockMs)
  cached.state.refuses = false
})

const later = (seconds: number) => (clockMs += seconds * 1000)
const ask = async (url: string, init?: RequestInit) => await cached.ask(url, init)
const statusOf = (response: Response) => response.headers.get('CF-Cache-Status')
const titles = async (response: Response) => Page.parse(await response.json()).items.map(({ title }) => title)

/** Runs `work` while no statement reaches Postgres. */
const withoutPostgres = async <Result>(work: () => Promise<Result>) =>
  await withQueries(async () => await Promise.reject(new Error('connection refused')), work)

/** The statements that Postgres gets while `work` runs. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  const counts: Counts = { r2: [], sql: 0 }
  await countingSql(counts, work)
  return counts.sql
}

describe.each([
  ['a list', () => '/api/clips?tag=a'],
  ['a clip', () => path],
])('%s', (_, urlOf) => {
  it('is fetched once, and then comes from the cache', async () => {
    const first = await ask(urlOf())
    const text = await first.text()
    expect(await statements(async () => expect(await (await ask(urlOf())).text()).toBe(text))).toBe(0)
  })

  it('says how long it may be reused, and shows nothing of the cache', async () => {
    const { headers } = await ask(urlOf())
    expect(headers.get('Cache-Control')).toBe(cacheControl)
    expect(headers.get('Vary')).toMatch(/\bAuthorization\b/)
    expect(headers.get('Cache-Tag')).toBeNull()
    expect(headers.get('Content-Type')).toBe('application/json')
  })

  it.each(['TAG', 'W/TAG', '"x", TAG', '*'])('is a 304 to If-None-Match: %s', async (condition) => {
    const etag = (await call(urlOf())).headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"[^"]+"$/)
    const init = { headers: { 'If-None-Match': condition.replace('TAG', etag) } }
    for (const response of [await call(urlOf(), init), await ask(urlOf(), init), await ask(urlOf(), init)]) {
      expect(response.status).toBe(304)
      expect(response.headers.get('ETag')).toBe(etag)
      expect(response.headers.get('Cache-Control')).toBe(cacheControl)
      expect(response.headers.get('Vary')).toMatch(/\bAuthorization\b/)
      expect(await response.text()).toBe('')
    }
    expect((await call(urlOf(), { ...init, method: 'HEAD' })).status).toBe(304)
  })

  it('is sent to a client that has another, and refused to one that expects another', async () => {
    expect((await ask(urlOf(), { headers: { 'If-None-Match': '"x"' } })).status).toBe(200)
    await expectProblem(await ask(urlOf(), { headers: { 'If-Match': '"x"' } }), 412, 'precondition-failed')
  })

  it('has another tag after a change', async () => {
    const before = (await ask(urlOf())).headers.get('ETag') ?? ''
    await ask(path, patchOf({ title: 'Snow' }))
    const after = await ask(urlOf(), { headers: { 'If-None-Match': before } })
    expect(after.status).toBe(200)
    expect(await after.text()).toContain('Snow')
  })

  it('of a caller with a key does not go through the cache', async () => {
    const response = await ask(urlOf(), { headers: asAdmin })
    expect(response.headers.get('Cache-Control')).toMatch(/^(no-store|no-cache)$/)
    expect(statusOf(response)).toBeNull()
    expect(cached.cache.entries.size).toBe(0)
  })

  it('is served for a day while Postgres is unavailable', async () => {
    const { headers } = await ask(urlOf())
    await withoutPostgres(async () => {
      later(3600)
      const stale = await ask(urlOf())
      expect([stale.status, statusOf(stale), stale.headers.get('Age')]).toEqual([200, 'STALE', '3600'])
      expect(await stale.text()).toContain('Rain')
      const known = await ask(urlOf(), { headers: { 'If-None-Match': headers.get('ETag') ?? '' } })
      expect([known.status, known.headers.get('Age')]).toEqual([304, '3600'])
      later(86_400)
      await expectProblem(await ask(urlOf()), 503, 'database-unavailable')
    })
    expect(statusOf(await ask(urlOf()))).toBe('EXPIRED')
  })

  it('is refreshed in the background for 20 seconds, and then in front', async () => {
    await ask(urlOf())
    later(9)
    expect(statusOf(await ask(urlOf()))).toBe('HIT')
    later(20)
    expect(statusOf(await ask(urlOf()))).toBe('UPDATING')
    await cached.cache.settled()
    expect(statusOf(await ask(urlOf()))).toBe('HIT')
    later(30)
    expect(statusOf(await ask(urlOf()))).toBe('EXPIRED')
  })

  it('has the links of the origin that was asked', async () => {
    const { ask: askAt, cache } = product({ PUBLIC_URL: 'https://clips.test,https://other.test' })
    for (const host of ['https://clips.test', 'https://other.test', 'https://clips.test']) {
      expect(await (await askAt(host + urlOf())).text()).toContain(`"audio_url":"${host}/api/clips/`)
    }
    // A host that is not listed gets the links of the first one, and its entry.
    expect(await (await askAt(`https://forged.test${urlOf()}`)).text()).toContain('"https://clips.test/api/')
    expect(cache.entries.size).toBe(2)
  })

  it.each([
    ['hidden', () => patchTo('private'), 200],
    ['deleted', () => ({ method: 'DELETE', headers: asAdmin }), 204],
  ])('does not show a clip that was %s', async (how, init, status) => {
    await ask(urlOf())
    expect((await ask(path, init())).status).toBe(status)
    expect(cached.cache.entries.size).toBe(0)
    expect(await (await ask(urlOf())).text(), how).not.toContain('Rain')
  })

  it('shows a hidden clip for less than half a minute if the purge is refused', async () => {
    await ask(urlOf())
    cached.state.refuses = true
    expect((await ask(path, patchTo('private'))).status).toBe(200)
    expect(await (await ask(urlOf())).text()).toContain('Rain')
    later(30)
    expect(await (await ask(urlOf())).text()).not.toContain('Rain')
  })

  it('does not show a hidden clip although R2 fails', async () => {
    const broken = product({ BUCKET: { ...brokenBucket() } })
    broken.state.refuses = false
    await broken.ask(urlOf())
    expect((await broken.ask(path, patchTo('private'))).status).toBe(503)
    expect(await (await broken.ask(urlOf())).text()).not.toContain('Rain')
  })
})

/** A bucket whose every read fails. */
const brokenBucket = () => ({ head: async () => await Promise.reject(new Error('internal error (10001)')) })

describe('a list', () => {
  it.each([
    '/api/clips?tag=a&tag=b&limit=20',
    '/api/clips?limit=20&tag=b&tag=a',
    '/api/clips?tag=B&tag=a&limit=020&tag=%62',
  ])('is one entry in any spelling: %s', async (spelling) => {
    await ask('/api/clips?tag=a&tag=b')
    expect(statusOf(await ask(spelling))).toBe('HIT')
    expect(statusOf(await ask('/api/clips?tag=a'))).toBe('MISS')
  })

  it('shows a clip when its creation is answered', async () => {
    await ask('/api/clips')
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const create = { method: 'POST', headers, body: audio }
    expect((await ask('/api/clips?title=Thunder&allow_duplicate=1', create)).status).toBe(201)
    expect(await titles(await ask('/api/clips'))).toEqual(['Thunder', 'Rain'])
  })

  it('is not purged by a private clip', async () => {
    await ask('/api/clips')
    const headers = { ...asAdmin, 'Content-Type': 'audio/ogg' }
    const create = { method: 'POST', headers, body: audio }
    await ask('/api/clips?title=Diary&visibility=private&allow_duplicate=1', create)
    expect(statusOf(await ask('/api/clips'))).toBe('HIT')
  })

  it('leads to its next page', async () => {
    await uploaded(audio, { title: 'Thunder' })
    const first = await ask('/api/clips?limit=1')
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('Link') ?? '')?.[1] ?? ''
    expect(next).not.toContain('public_origin')
    expect([...(await titles(first)), ...(await titles(await ask(next)))]).toEqual(['Thunder', 'Rain'])
  })

  it('that nobody has read is a 503 while Postgres is unavailable', async () => {
    await ask('/api/clips')
    await withoutPostgres(async () => {
      const problem = await expectProblem(await ask('/api/clips?tag=a'), 503, 'database-unavailable')
      expect(problem.request_id).toMatch(/^[\da-f-]{36}$/)
    })
    expect((await ask('/api/clips?tag=a')).status).toBe(200)
  })

  it.each([
    ['/api/clips?q=rain', 422, 'invalid-fields'],
    ['/api/clips?public_origin=https://evil.test', 422, 'invalid-fields'],
    ['/api/clips?cursor=x', 400, 'bad-cursor'],
  ])('%s is an error that is not stored', async (url, status, name) => {
    for (let n = 0; n < 2; n += 1) await expectProblem(await ask(url), status, name)
    expect(cached.cache.entries.size).toBe(0)
  })
})

describe('a clip', () => {
  it('is one entry in either case of its id', async () => {
    await ask(path)
    expect(statusOf(await ask(`/api/clips/${clip.id.toUpperCase()}`))).toBe('HIT')
  })

  it('that does not exist, or is private, is not stored', async () => {
    const secret = await uploaded(audio, { title: 'Diary', visibility: 'private' })
    for (const id of [unknownId, secret.id]) {
      await expectProblem(await ask(`/api/clips/${id}`), 404, 'clip-not-found')
    }
    const own = await ask(`/api/clips/${secret.id}`, { headers: asAdmin })
    expect([own.status, own.headers.get('Cache-Control')]).toEqual([200, 'private, no-cache'])
    expect(cached.cache.entries.size).toBe(0)
  })
})

it('a rename drops the JSON, and not the audio', async () => {
  for (const url of ['/api/clips', path, `${path}/stream`]) await (await ask(url)).bytes()
  expect((await ask(path, patchOf({ title: 'Snow' }))).status).toBe(200)
  expect([...cached.cache.entries.keys()]).toEqual([`${path}/stream`])
})
