/** Rows of the stand-in for Analytics Engine. */
import { sql } from 'drizzle-orm'
import type { DataPointValues } from '../../src/observability/dataPoints.ts'
import { database, emptyLibrary, unknownId } from './api.ts'

export async function emptyAnalytics(): Promise<void> {
  await emptyLibrary()
  await database().execute(sql`truncate analytics_engine.clips`)
}

/** Puts a point into the dataset, as the runtime does. */
export async function writePoint(point: AnalyticsEngineDataPoint, sampleInterval = 1): Promise<void> {
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

/** The data point of a stream. */
export const streamPoint: DataPointValues = {
  route: '/api/clips/:id/stream',
  method: 'GET',
  cache: 'HIT',
  country: 'NZ',
  colo: 'AKL',
  clip: unknownId,
  play_rejection: '',
  problem: '',
  status: 206,
  duration_ms: 20,
  bytes: 1000,
}
