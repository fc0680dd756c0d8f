/** Asks the SQL API of Analytics Engine: https://developers.cloudflare.com/analytics/analytics-engine/sql-api/ */
import { z } from 'zod'
import type { AnalyticsSettings } from '../http/settings.ts'

/** Half of the ten seconds that Prometheus gives a scrape. */
const timeoutMs = 5_000

/** A number; ClickHouse, which the API is made of, writes 64-bit integers as strings in JSON. */
export const SqlNumber = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]).transform(Number)

/** The rows of a query in `FORMAT JSON`. Throws if the API does not answer, or not with such rows. */
export async function askAnalytics<Row>(
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
