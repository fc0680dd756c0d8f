/** The traffic in /metrics, which comes from Analytics Engine. */
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { toDataPoint } from '../../src/observability/dataPoints.ts'
import { account } from '../support/analyticsEngine.ts'
import { emptyAnalytics, streamPoint, writePoint } from '../support/analyticsRows.ts'
import { cloudflareApi } from '../support/services.ts'
import { database, fixture, uploaded } from '../support/api.ts'
import { keepingPoints, productWith } from '../support/product.ts'
import { scrape } from '../support/scrape.ts'

beforeEach(emptyAnalytics)

/** The product with an Analytics Engine. The digit of the account chooses how it answers. */
function withAnalytics(digit: string, changed: object = {}) {
  return productWith({
    CF_ACCOUNT_ID: account(digit),
    CF_API_TOKEN: 'analytics-token',
    CF_API_URL: cloudflareApi,
    ...changed,
  })
}

describe('the traffic', () => {
  it('is the sum of the data points of real requests', async () => {
    const points: AnalyticsEngineDataPoint[] = []
    const product = withAnalytics('a', { ANALYTICS: keepingPoints(points) })
    const { id } = await uploaded(fixture('opus.opus'), { title: 'Rain' })
    for (const path of [`/api/clips/${id}/stream`, `/api/clips/${id}/stream`, '/api/clips', '/nothing'])
      await product(path)
    for (const point of points) await writePoint(point)
    expect(await scrape(product)).toMatchObject({
      clips_analytics_up: 1,
      'clips_recent_requests{route="/api/clips/:id/stream",method="GET",status="200"}': 2,
      'clips_recent_requests{route="/api/clips",method="GET",status="200"}': 1,
      'clips_recent_requests{route="none",method="GET",status="404"}': 1,
      'clips_request_duration_seconds{route="none",quantile="0.99"}': expect.any(Number),
    })
  })

  it('weighs sampled rows of the last five minutes, and is in seconds', async () => {
    await writePoint(toDataPoint(streamPoint), 10)
    await writePoint(toDataPoint(streamPoint), 4)
    await database().execute(sql`update analytics_engine.clips set timestamp = now() - interval '6 minutes'`)
    for (const duration of [10, 20, 30])
      await writePoint(toDataPoint({ ...streamPoint, duration_ms: duration }), 100)
    expect(await scrape(withAnalytics('b'))).toMatchObject({
      'clips_recent_requests{route="/api/clips/:id/stream",method="GET",status="206"}': 300,
      'clips_request_duration_seconds{route="/api/clips/:id/stream",quantile="0.5"}': 0.02,
      'clips_request_duration_seconds{route="/api/clips/:id/stream",quantile="0.99"}': 0.03,
    })
  })

  it('is queried every half minute at most, however often it is scraped', async () => {
    const product = withAnalytics('c')
    const [first] = [await scrape(product), await scrape(product), await scrape(product)]
    expect(first).toMatchObject({ clips_analytics_up: 1 })
    const asked = await fetch(`${cloudflareApi}/accounts/${account('c')}/analytics_engine/sql`)
    expect(await asked.text()).toBe('2')
  })

  it.each([
    ['answers 500', withAnalytics('1')],
    ['answers HTML', withAnalytics('2')],
    ['answers with other rows', withAnalytics('3')],
    ['answers with no rows', withAnalytics('4')],
    ['is rate-limited', withAnalytics('5')],
    ['refuses the token', withAnalytics('d', { CF_API_TOKEN: 'another-token' })],
    ['is unreachable', withAnalytics('e', { CF_API_URL: 'http://127.0.0.1:9' })],
  ])('is missing when the API %s, and the token is not logged', async (_, product) => {
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
  ])('is omitted with %s alone', async (_, settings) => {
    expect(await scrape(productWith(settings))).not.toHaveProperty('clips_analytics_up')
  })
})
