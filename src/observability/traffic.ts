/**
 * Requests and latencies of the last minutes, from the SQL API of Analytics Engine:
 * https://developers.cloudflare.com/analytics/analytics-engine/sql-api/
 */
import { z } from 'zod'
import { describeError, logLine } from '../http/log.ts'
import type { AnalyticsSettings } from '../http/settings.ts'
import { columnOf, dataset } from './dataPoints.ts'
import { gauge, type Metric, type Sample } from './exposition.ts'

/** A row stands for `_sample_interval` requests: it is summed, or used as a weight, and rows are never counted. */
const since = `FROM ${dataset} WHERE timestamp > NOW() - INTERVAL '5' MINUTE`
const route = `${columnOf('route')} AS route`

const requestsQuery = `SELECT ${route}, ${columnOf('method')} AS method, ${columnOf('status')} AS status,
  sum(_sample_interval) AS requests ${since} GROUP BY route, method, status LIMIT 1000 FORMAT JSON`

const latencyQuery = `SELECT ${route},
  ${[50, 90, 99].map((percent) => `${quantile(percent)} AS p${percent}`).join(', ')}
  ${since} GROUP BY route LIMIT 1000 FORMAT JSON`

function quantile(percent: number): string {
  return `quantileExactWeighted(${percent / 100})(${columnOf('duration_ms')}, _sample_interval)`
}

/** A number. The API writes 64-bit integers as strings in JSON. */
const SqlNumber = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]).transform(Number)

const RequestsRow = z.object({
  route: z.string(),
  method: z.string(),
  status: SqlNumber,
  requests: SqlNumber,
})
const LatencyRow = z.object({ route: z.string(), p50: SqlNumber, p90: SqlNumber, p99: SqlNumber })

/** Half of the ten seconds that Prometheus gives a scrape. */
const timeoutMs = 5_000

/** If the API fails, `clips_analytics_up` is 0. */
export async function trafficMetrics(settings: AnalyticsSettings): Promise<Metric[]> {
  try {
    const [requests, latency] = await Promise.all([
      queryAnalytics(settings, requestsQuery, RequestsRow),
      queryAnalytics(settings, latencyQuery, LatencyRow),
    ])
    return [analyticsUp(1), requestMetric(requests), latencyMetric(latency)]
  } catch (error) {
    logLine('warn', 'analytics-unavailable', { error: describeError(error) })
    return [analyticsUp(0)]
  }
}

function analyticsUp(value: 0 | 1): Metric {
  return gauge('clips_analytics_up', 'Whether the SQL API of Analytics Engine answered.', [{ value }])
}

/** A gauge, because requests also leave the five minutes. */
function requestMetric(rows: z.output<typeof RequestsRow>[]): Metric {
  const samples = rows.map(({ route: path, method, status, requests }) => ({
    labels: { route: path, method, status: String(status) },
    value: requests,
  }))
  return gauge('clips_recent_requests', 'Requests of the last five minutes, by Analytics Engine.', samples)
}

/** The quantiles of a summary belong to a sliding window. Its sum and count, which must not fall, are unknown. */
function latencyMetric(rows: z.output<typeof LatencyRow>[]): Metric {
  return {
    name: 'clips_request_duration_seconds',
    type: 'summary',
    help: 'Time until the headers were ready, of the last five minutes, by Analytics Engine.',
    samples: rows.flatMap(({ route: path, p50, p90, p99 }): Sample[] => [
      { labels: { route: path, quantile: '0.5' }, value: p50 / 1000 },
      { labels: { route: path, quantile: '0.9' }, value: p90 / 1000 },
      { labels: { route: path, quantile: '0.99' }, value: p99 / 1000 },
    ]),
  }
}

/** The rows of a query in `FORMAT JSON`. Throws if the API fails, or answers with other rows. */
async function queryAnalytics<Row>(
  { sqlUrl, token }: AnalyticsSettings,
  query: string,
  row: z.ZodType<Row>,
): Promise<Row[]> {
  const response = await fetch(sqlUrl, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: query,
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`Analytics Engine answered ${response.status}`)
  }
  return z.object({ data: z.array(row) }).parse(await response.json()).data
}
