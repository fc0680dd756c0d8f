/** Requests and latencies of the last minutes, as Analytics Engine has them. */
import { z } from 'zod'
import { columnOf, dataset } from '../http/dataPoint.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import type { AnalyticsSettings } from '../http/settings.ts'
import { askAnalytics, SqlNumber } from './askAnalytics.ts'
import type { Metric, Sample } from './exposition.ts'
import { remembering } from './remembering.ts'

/** `_sample_interval` is how many requests a row stands for, so it is summed and weighed with, never counted. */
const since = `FROM ${dataset} WHERE timestamp > NOW() - INTERVAL '5' MINUTE`
const route = `${columnOf('route')} AS route`

export const requestsQuery = `SELECT ${route}, ${columnOf('method')} AS method, ${columnOf('status')} AS status,
  sum(_sample_interval) AS requests ${since} GROUP BY route, method, status LIMIT 1000 FORMAT JSON`

export const latencyQuery = `SELECT ${route},
  ${[50, 90, 99].map((percent) => `${quantile(percent)} AS p${percent}`).join(', ')}
  ${since} GROUP BY route LIMIT 1000 FORMAT JSON`

function quantile(percent: number): string {
  return `quantileExactWeighted(${percent / 100})(${columnOf('duration_ms')}, _sample_interval)`
}

const RequestsRow = z.object({
  route: z.string(),
  method: z.string(),
  status: SqlNumber,
  requests: SqlNumber,
})
const LatencyRow = z.object({ route: z.string(), p50: SqlNumber, p90: SqlNumber, p99: SqlNumber })

/** However often it is scraped, each isolate asks no more often than this; a failure is remembered, too. */
const freshForMs = 30_000
const recentTraffic = remembering(freshForMs, askOrSaySo)

/** The metrics; without the settings none, and if the API fails one that says so. */
export async function trafficMetrics(settings: AnalyticsSettings | undefined): Promise<Metric[]> {
  return settings ? await recentTraffic(settings) : []
}

async function askOrSaySo(settings: AnalyticsSettings): Promise<Metric[]> {
  try {
    const [requests, latency] = await Promise.all([
      askAnalytics(settings, requestsQuery, RequestsRow),
      askAnalytics(settings, latencyQuery, LatencyRow),
    ])
    return [analyticsUp(1), requestMetric(requests), latencyMetric(latency)]
  } catch (error) {
    logLine('warn', 'analytics-away', { error: describeError(error) })
    return [analyticsUp(0)]
  }
}

function analyticsUp(value: 0 | 1): Metric {
  const help = 'Whether the SQL API of Analytics Engine answered.'
  return { name: 'clips_analytics_up', type: 'gauge', help, samples: [{ value }] }
}

/** A gauge: requests leave the five minutes as they came in. */
function requestMetric(rows: z.output<typeof RequestsRow>[]): Metric {
  return {
    name: 'clips_recent_requests',
    type: 'gauge',
    help: 'Requests of the last five minutes, by Analytics Engine.',
    samples: rows.map(({ route: path, method, status, requests }) => ({
      labels: { route: path, method, status: String(status) },
      value: requests,
    })),
  }
}

/** A summary's quantiles are of a sliding window; its sum and count, which never fall, are not known. */
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
