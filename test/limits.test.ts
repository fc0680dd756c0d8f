/** Limits: nobody reaches a store as often as they like, and nobody who means well is held up. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { operations } from '../src/app.ts'
import { asAdmin, emptyLibrary, expectProblem, fixture, uploaded } from './api.ts'
import { countingBucket, countingSql, type Counts } from './counting.ts'
import { callWith, type Bindings } from './faults.ts'
import { productWith } from './product.ts'
import { scrape } from './scrape.ts'

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
const id = '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11'

/** The binding itself, for which each request is so many: to come to its end in a few. */
function weighing(name: LimitName, weight: number): Bindings {
  const limit: RateLimit['limit'] = async (by) => {
    const outcomes = await Promise.all(Array.from({ length: weight }, async () => await env[name].limit(by)))
    return { success: outcomes.every(({ success }) => success) }
  }
  return { ...limited, [name]: { limit } }
}

const from = (address: string, headers: Record<string, string> = {}) => ({
  headers: { 'CF-Connecting-IP': address, ...headers },
})

/** The statuses of so many requests. */
async function statuses(times: number, bindings: Bindings, path: string, init: () => RequestInit) {
  const answers: number[] = []
  for (let sent = 0; sent < times; sent += 1) answers.push((await callWith(bindings, path, init())).status)
  return answers
}

let made = 0
/** A key that nobody has. */
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
  const named = operations.map(({ method, path, security }) => ({
    method: method.toUpperCase(),
    path: path.replace('{id}', id),
    open: security === undefined,
  }))

  it.each(named)(
    '$method $path with a key that nobody has is refused before any look-up',
    async (operation) => {
      const { method, path } = operation
      const counts: Counts = { r2: [], sql: 0 }
      const response = await countingSql(
        counts,
        async () => await callWith(bindings(counts), path, { method, headers: anyKey() }),
      )
      expect(response.headers.get('Retry-After')).toBe('60')
      await expectProblem(response, 429, 'too-many-requests')
      expect(counts).toEqual({ r2: [], sql: 0 })
    },
  )

  it.each(named)('$method $path without a key costs no more', async ({ method, path, open }) => {
    const counts: Counts = { r2: [], sql: 0 }
    const response = await countingSql(counts, async () => await callWith(bindings(counts), path, { method }))
    expect(response.status).toBe(open ? 429 : 401)
    expect(counts).toEqual({ r2: [], sql: 0 })
  })

  it('every operation says so', () => {
    for (const { operationId, responses } of operations)
      expect(Object.keys(responses), operationId).toContain('429')
  })
})

/** A minute may end in between, and the count with it: then the second is let through as well. */
function expectLimited(answers: number[], before: number) {
  expect(answers[0]).toBe(before)
  expect(answers).toContain(429)
}

describe('who is limited', () => {
  it('is an address, by its /64 where it is IPv6', async () => {
    const bindings = weighing('READ_LIMIT', 400)
    const path = `/api/clips/${id}`
    let host = 0
    const sameNetwork = () => from(`2001:db8:1:1::${(host += 1)}`)
    expectLimited(await statuses(4, bindings, path, sameNetwork), 404)
    expect(await statuses(1, bindings, path, () => from('2001:db8:1:2::1'))).toEqual([404])
    expect(await statuses(1, bindings, path, () => from('203.0.113.7'))).toEqual([404])
  })

  it.each([
    ['/api/clips', '198.51.100.1'],
    [`/api/clips/${id}/stream`, '198.51.100.2'],
    ['/api/keys', '198.51.100.3'],
    ['/metrics', '198.51.100.4'],
  ])('is an address that tries keys on %s', async (path, address) => {
    const bindings = weighing('KEY_LIMIT', 700)
    expectLimited(await statuses(4, bindings, path, () => from(address, anyKey())), 401)
    expect(await statuses(1, bindings, '/api/clips', () => from(address))).toEqual([200])
  })

  it('is not the admin of the settings, whose key is looked up nowhere', async () => {
    const bindings = weighing('KEY_LIMIT', 600)
    const asked = await statuses(4, bindings, '/api/keys', () => from('203.0.113.9', asAdmin))
    expect(asked).toEqual([200, 200, 200, 200])
  })
})

describe('who watches', () => {
  it.each(['/api/health', '/metrics'])('%s once a second is not held up', async (path) => {
    const answers = await statuses(60, limited, path, () => from('203.0.113.10'))
    expect(new Set(answers)).toEqual(new Set([200]))
  })

  it('gets figures that are some seconds old at most, without another look at all clips', async () => {
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
    // What is left is the reconciler's one row.
    expect(counts.sql).toBe(once + 1)
    expect(await clips({ headers: asAdmin })).toBe(1)
    vi.setSystemTime(Date.now() + 5_000)
    expect(await clips()).toBe(1)
  })
})
