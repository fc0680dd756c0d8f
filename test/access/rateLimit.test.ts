/** Rate limits: what is limited, by whom, and what a refusal costs. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { routes } from '../../src/app.ts'
import {
  asAdmin,
  bearer,
  emptyLibrary,
  expectProblem,
  fixture,
  makeKey,
  unknownId,
  uploaded,
} from '../support/api.ts'
import { type Counts, countingBucket, countingSql } from '../support/counting.ts'
import { type Bindings, callWith, productWith } from '../support/product.ts'
import { scrape } from '../support/scrape.ts'

const limitNames = [
  'WRITE_LIMIT',
  'SEARCH_LIMIT',
  'READ_LIMIT',
  'STREAM_LIMIT',
  'WATCH_LIMIT',
  'KEY_LIMIT',
] as const
type LimitName = (typeof limitNames)[number]

const on: Record<string, string> = { RATE_LIMITS: 'on' }
const limited: Bindings = { ...env, ...on }
const id = unknownId

/** The real binding, for which each request counts as many: a few requests reach the limit. */
function weighing(name: LimitName, weight: number): Bindings {
  const limit: RateLimit['limit'] = async (by) => {
    const one = async () => await env[name].limit(by)
    if (!(await one()).success) return { success: false }
    const others = await Promise.all(Array.from({ length: weight - 1 }, one))
    return { success: others.every(({ success }) => success) }
  }
  return { ...limited, [name]: { limit } }
}

const from = (address: string, headers: Record<string, string> = {}) => ({
  headers: { 'CF-Connecting-IP': address, ...headers },
})

/** The statuses of so many requests, one after the other. */
async function statuses(times: number, bindings: Bindings, path: string, init: () => RequestInit) {
  const answers: number[] = []
  for (let sent = 0; sent < times; sent += 1) answers.push((await callWith(bindings, path, init())).status)
  return answers
}

let made = 0
/** A well-formed key that does not exist. */
const anyKey = () => ({ Authorization: `Bearer clips_${String((made += 1)).padStart(43, 'x')}` })

beforeAll(emptyLibrary)
afterEach(() => void vi.useRealTimers())

describe('over every limit', () => {
  const refuses = { limit: async () => ({ success: false }) }
  const bindings = (counts: Counts) => ({
    ...limited,
    ...Object.fromEntries(limitNames.map((name) => [name, refuses])),
    BUCKET: countingBucket(env.BUCKET, counts),
  })
  const named = routes.map(({ route }) => ({
    method: route.method.toUpperCase(),
    path: route.path.replace('{id}', id),
    open: !('security' in route),
  }))

  it.each(named)('$method $path with an unknown key is refused before any look-up', async (operation) => {
    const { method, path } = operation
    const counts: Counts = { r2: [], sql: 0 }
    const response = await countingSql(
      counts,
      async () => await callWith(bindings(counts), path, { method, headers: anyKey() }),
    )
    expect(response.headers.get('Retry-After')).toBe('60')
    await expectProblem(response, 429, 'too-many-requests')
    expect(counts).toEqual({ r2: [], sql: 0 })
  })

  it.each(named)('$method $path without a key reads nothing either', async ({ method, path, open }) => {
    const counts: Counts = { r2: [], sql: 0 }
    const response = await countingSql(counts, async () => await callWith(bindings(counts), path, { method }))
    expect(response.status).toBe(open ? 429 : 401)
    expect(counts).toEqual({ r2: [], sql: 0 })
  })

  it('is documented for every operation', () => {
    for (const { route } of routes) expect(Object.keys(route.responses), route.operationId).toContain('429')
  })
})

/** A minute may end in between, which resets the count: then the second request passes too. */
function expectLimited(answers: number[], before: number) {
  expect(answers[0]).toBe(before)
  expect(answers).toContain(429)
}

describe('who is limited', () => {
  it('is an address, or the /64 network of an IPv6 address', async () => {
    const bindings = weighing('READ_LIMIT', 600)
    const path = `/api/clips/${id}`
    let host = 0
    const sameNetwork = () => from(`2001:db8:1:1::${(host += 1)}`)
    expectLimited(await statuses(4, bindings, path, sameNetwork), 404)
    expect(await statuses(1, limited, path, () => from('2001:db8:1:2::1'))).toEqual([404])
    expect(await statuses(1, limited, path, () => from('203.0.113.7'))).toEqual([404])
  })

  it.each([
    ['/api/clips', '198.51.100.1'],
    [`/api/clips/${id}/stream`, '198.51.100.2'],
    ['/api/keys', '198.51.100.3'],
    ['/metrics', '198.51.100.4'],
  ])('is an address that tries keys on %s', async (path, address) => {
    const bindings = weighing('KEY_LIMIT', 1200)
    expectLimited(await statuses(4, bindings, path, () => from(address, anyKey())), 401)
    expect(await statuses(1, bindings, '/api/clips', () => from(address))).toEqual([200])
  })

  it('is not the admin key of the settings, which needs no look-up', async () => {
    const bindings = weighing('KEY_LIMIT', 1200)
    const asked = await statuses(4, bindings, '/api/keys', () => from('203.0.113.9', asAdmin))
    expect(asked).toEqual([200, 200, 200, 200])
  })
})

describe('monitoring', () => {
  it.each(['/api/health', '/metrics'])('%s once a second is not limited', async (path) => {
    const answers = await statuses(60, limited, path, () => from('203.0.113.10'))
    expect(new Set(answers)).toEqual(new Set([200]))
  })

  it('gets figures that are at most five seconds old, without another count of all clips', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const product = productWith({ RATE_LIMITS: 'on' })
    const counts: Counts = { r2: [], sql: 0 }
    const clips = async (init: RequestInit = {}) => {
      const samples = await countingSql(counts, async () => await scrape(product, init))
      return samples['clips_clips{visibility="public"}']
    }
    expect(await clips()).toBe(0)
    const once = counts.sql
    await uploaded(fixture('opus.opus'), { title: 'New' })
    expect(await clips()).toBe(0)
    // The one statement reads the result of the reconciler.
    expect(counts.sql).toBe(once + 1)
    expect(await clips({ headers: asAdmin })).toBe(1)
    vi.setSystemTime(Date.now() + 5_000)
    expect(await clips()).toBe(1)
  })
})

describe('the real binding', () => {
  it('limits writes by key', async () => {
    const [one, other] = [await makeKey(['write']), await makeKey(['write'])]
    const remove = async (key: string) =>
      await callWith(limited, '/api/clips/x', { method: 'DELETE', headers: bearer(key) })
    // The limit is 60 in a minute of the clock. A new minute may begin in between: of 130, one minute has too many.
    const seen = new Set<number>()
    for (let sent = 0; sent < 130 && !seen.has(429); sent++) seen.add((await remove(one.key)).status)
    expect([...seen]).toEqual([404, 429])
    expect((await remove(other.key)).status).toBe(404)
  })
})
