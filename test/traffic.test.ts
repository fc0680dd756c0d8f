/// <reference types="vite/types/importMeta.d.ts" />
/** What /metrics and operators ask of Analytics Engine, of one with real rows. */
import { sql } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { z } from 'zod'
import { columns, toDataPoint, type DataPointValues } from '../src/http/dataPoint.ts'
import { account } from './analyticsEngine.ts'
import { database, emptyLibrary, fixture, uploaded } from './api.ts'
import { keepingPoints, productWith } from './product.ts'
import { scrape } from './scrape.ts'

const small = fixture('opus.opus')
const api = inject('cloudflareApi')

beforeAll(async () => {
  await database().execute(
    sql`create table if not exists library_days (date date primary key, plays bigint not null, listeners bigint not null)`,
  )
})

beforeEach(async () => {
  await emptyLibrary()
  await database().execute(sql`truncate analytics_engine.clips`)
})

/** The product beside an Analytics Engine; of which kind, the account's digit says. */
function withAnalytics(digit: string, changed: object = {}) {
  return productWith({
    CF_ACCOUNT_ID: account(digit),
    CF_API_TOKEN: 'analytics-token',
    CF_API_URL: api,
    ...changed,
  })
}

/** Puts a point into the dataset, as the runtime does. */
async function write(point: AnalyticsEngineDataPoint, sampleInterval = 1): Promise<void> {
  const { indexes = [], blobs = [], doubles = [] } = point
  const names = [
    '_sample_interval',
    'index1',
    ...blobs.map((_, i) => `blob${i + 1}`),
    ...doubles.map((_, i) => `double${i + 1}`),
  ]
  const values = [sampleInterval, ...indexes, ...blobs, ...doubles].map((value) => sql`${value}`)
  await database().execute(
    sql`insert into analytics_engine.clips (${sql.raw(names.join(', '))}) values (${sql.join(values, sql`, `)})`,
  )
}

const play: DataPointValues = {
  route: '/api/clips/:id/stream',
  method: 'GET',
  cache: 'HIT',
  country: 'NZ',
  colo: 'AKL',
  clip: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11',
  play_rejection: '',
  problem: '',
  status: 206,
  duration_ms: 20,
  bytes: 1000,
}

describe('the traffic', () => {
  it('is what the data points of real requests say', async () => {
    const points: AnalyticsEngineDataPoint[] = []
    const product = withAnalytics('a', { ANALYTICS: keepingPoints(points) })
    const { id } = await uploaded(small, { title: 'Rain' })
    for (const path of [`/api/clips/${id}/stream`, `/api/clips/${id}/stream`, '/api/clips', '/nothing'])
      await product(path)
    for (const point of points) await write(point)
    expect(await scrape(product)).toMatchObject({
      clips_analytics_up: 1,
      'clips_recent_requests{route="/api/clips/:id/stream",method="GET",status="200"}': 2,
      'clips_recent_requests{route="/api/clips",method="GET",status="200"}': 1,
      'clips_recent_requests{route="none",method="GET",status="404"}': 1,
      'clips_request_duration_seconds{route="none",quantile="0.99"}': expect.any(Number),
    })
  })

  it('weighs sampled rows, and is of the last five minutes, in seconds', async () => {
    await write(toDataPoint(play), 10)
    await write(toDataPoint(play), 4)
    await database().execute(sql`update analytics_engine.clips set timestamp = now() - interval '6 minutes'`)
    for (const duration of [10, 20, 30]) await write(toDataPoint({ ...play, duration_ms: duration }), 100)
    expect(await scrape(withAnalytics('b'))).toMatchObject({
      'clips_recent_requests{route="/api/clips/:id/stream",method="GET",status="206"}': 300,
      'clips_request_duration_seconds{route="/api/clips/:id/stream",quantile="0.5"}': 0.02,
      'clips_request_duration_seconds{route="/api/clips/:id/stream",quantile="0.99"}': 0.03,
    })
  })

  it('is asked for no more often than every half minute, however often it is scraped', async () => {
    const product = withAnalytics('c')
    const [first] = [await scrape(product), await scrape(product), await scrape(product)]
    expect(first).toMatchObject({ clips_analytics_up: 1 })
    const asked = await fetch(`${api}/accounts/${account('c')}/analytics_engine/sql`)
    expect(await asked.text()).toBe('2')
  })

  it.each([
    ['answers 500', withAnalytics('1')],
    ['answers HTML', withAnalytics('2')],
    ['answers with other rows', withAnalytics('3')],
    ['answers with no rows', withAnalytics('4')],
    ['refuses for now', withAnalytics('5')],
    ['refuses the token', withAnalytics('d', { CF_API_TOKEN: 'another-token' })],
    ['is not there', withAnalytics('e', { CF_API_URL: 'http://127.0.0.1:9' })],
  ])('when the API %s, the scrape succeeds and says so, and the token stays ours', async (_, product) => {
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const samples = await scrape(product)
    expect(samples).toMatchObject({ clips_analytics_up: 0, clips_database_up: 1 })
    expect(JSON.stringify(samples)).not.toContain('clips_recent_requests')
    expect(await scrape(product)).toMatchObject({ clips_analytics_up: 0 })
    expect(logged).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(logged.mock.calls)).not.toMatch(/-token|10\.1\.2\.3/)
    logged.mockRestore()
  })

  it.each([
    ['an account', { CF_ACCOUNT_ID: account('f') }],
    ['a token', { CF_API_TOKEN: 'x' }],
  ])('is left out with %s alone', async (_, settings) => {
    expect(await scrape(productWith(settings))).not.toHaveProperty('clips_analytics_up')
  })
})

describe('the README of src/http', () => {
  const readmes = import.meta.glob<string>('../src/http/README.md', {
    query: '?raw',
    import: 'default',
    eager: true,
  })
  const readme = readmes['../src/http/README.md'] ?? ''
  const queries = [...readme.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, query = '']) => query)
  const Rows = z.object({ data: z.array(z.record(z.string(), z.union([z.string(), z.number()]))) })

  async function run(query: string) {
    const response = await fetch(`${api}/accounts/${account('a')}/analytics_engine/sql`, {
      method: 'POST',
      headers: { Authorization: 'Bearer analytics-token' },
      body: query,
    })
    const body = await response.text()
    expect(response.status, body).toBe(200)
    return Rows.parse(JSON.parse(body)).data
  }

  it('has the columns as they are', () => {
    const rows = [...readme.matchAll(/^\| `([a-z]+\d+)` *\| `(\w+)` *\| (.*?) *\|$/gm)]
    expect(rows.map(([, column, name, meaning]) => [column, { name, meaning }])).toEqual(
      Object.entries(columns),
    )
  })

  it('has SQL with known columns only, each under the name it has', () => {
    expect(queries.length).toBeGreaterThanOrEqual(7)
    for (const query of queries) {
      for (const [mentioned] of query.matchAll(/\b(?:index|blob|double)\d+\b/g)) {
        expect(Object.keys(columns), query).toContain(mentioned)
      }
      for (const [, column = '', alias] of query.matchAll(/\b((?:index|blob|double)\d+) AS (\w+)/g)) {
        const named = Object.entries(columns).find(([key]) => key === column)?.[1].name
        expect(named === 'play_rejection' ? 'reason' : named, query).toBe(alias)
      }
    }
  })

  it('has SQL that answers what it says', async () => {
    await write(toDataPoint(play), 6)
    await write(toDataPoint({ ...play, cache: 'MISS', play_rejection: 'bot', country: 'FR' }), 2)
    await write(toDataPoint({ ...play, status: 503, problem: 'storage-away', cache: 'none' }), 2)
    const answers = await Promise.all(queries.map(run))
    const route = play.route
    const first = answers.map(([row]) => row)
    expect(
      first.map((row) => Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => name !== 't'))),
    ).toEqual([
      { route, requests_per_second: expect.anything() },
      { route, requests: '10', error_rate: expect.stringMatching(/^0\.20*$/) },
      { problem: 'storage-away', route, status: 503, answers: '2' },
      { route, p50_ms: 20, p90_ms: 20, p99_ms: 20 },
      { clip: play.clip, requests: '8', bytes: expect.anything() },
      { route, hit_ratio: expect.stringMatching(/^0\.750*$/) },
      { reason: 'bot', starts: '2' },
      { country: 'NZ', colo: 'AKL', requests: '8' },
    ])
    expect(Number(first[4]?.['bytes'])).toBe(8000)
  })
})
