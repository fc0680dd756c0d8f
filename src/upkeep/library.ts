/** What Postgres knows of the library, as metrics. */
import { connect } from '../db/connection.ts'
import { selectLibraryFigures, type LibraryFigures, type Visibility } from '../db/metrics.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import type { Settings } from '../http/settings.ts'
import type { Metric } from './exposition.ts'
import { remembering } from './remembering.ts'
import { withinScrape } from './withinScrape.ts'

/** How many clips have a series of their own. */
const mostPlayedClips = 100

/** Whoever has no admin key hears figures that are as old as this at most: counting them looks at every clip. */
const freshForMs = 5_000
const recentFigures = remembering(
  freshForMs,
  async (database: Settings['database']) => await askOrSaySo(database, ['public']),
)

/**
 * The metrics; while Postgres is away, one that says so. Of private clips nobody hears a title; that there are
 * any, and what they weigh, only who holds an admin key. Where limits are lifted, nothing is remembered either.
 */
export async function libraryMetrics({ database, rateLimits }: Settings, admin: boolean): Promise<Metric[]> {
  if (admin) return await askOrSaySo(database, ['public', 'private'])
  return rateLimits ? await recentFigures(database) : await askOrSaySo(database, ['public'])
}

async function askOrSaySo(database: Settings['database'], visibilities: Visibility[]): Promise<Metric[]> {
  try {
    const asking = selectLibraryFigures(connect(database), visibilities, mostPlayedClips)
    return [databaseUp(1), ...describeLibrary(await withinScrape(asking))]
  } catch (error) {
    logLine('error', 'metrics-without-database', { error: describeError(error) })
    return [databaseUp(0)]
  }
}

function databaseUp(value: 0 | 1): Metric {
  return gauge('clips_database_up', 'Whether Postgres answered.', [{ value }])
}

function describeLibrary({ holdings, mostPlayed, plays }: LibraryFigures): Metric[] {
  return [
    gauge(
      'clips_clips',
      'Clips there are, by visibility.',
      holdings.map(({ visibility, clips }) => ({ labels: { visibility }, value: clips })),
    ),
    gauge(
      'clips_stored_bytes',
      'Bytes of audio that the clips have, by visibility.',
      holdings.map(({ visibility, bytes }) => ({ labels: { visibility }, value: bytes })),
    ),
    counter('clips_plays_total', 'Plays there have ever been.', [{ value: plays.total }]),
    gauge('clips_plays_today', 'Plays since midnight, UTC.', [{ value: plays.today }]),
    gauge('clips_listeners_today', 'Listeners since midnight, UTC.', [{ value: plays.listenersToday }]),
    counter(
      'clips_clip_plays_total',
      `Plays of each of the ${mostPlayedClips} most played public clips.`,
      mostPlayed.map(({ id, title, plays: value }) => ({ labels: { clip: id, title }, value })),
    ),
  ]
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, type: 'gauge', help, samples }
}

function counter(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, type: 'counter', help, samples }
}
