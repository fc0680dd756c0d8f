/** GET /metrics for Prometheus: the library, the reconciler, and the traffic. It answers whatever is unavailable. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { isAdmin } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import type { Database } from '../db/connection.ts'
import { selectLibraryFigures, type LibraryFigures, type Visibility } from '../db/metrics.ts'
import { describeError, logLine } from '../http/log.ts'
import { problems } from '../http/responses.ts'
import { withTimeout } from '../http/retry.ts'
import { inOrder } from '../http/router.ts'
import { readReconcileResult, type ReconcileResult } from '../maintenance/reconcileState.ts'
import { counter, expositionType, gauge, writeExposition, type Metric } from './exposition.ts'
import { trafficMetrics } from './traffic.ts'

/** How many clips have a series of their own. */
const mostPlayedClips = 100
/** Half of the ten seconds that Prometheus gives a scrape. */
const timeoutMs = 5_000
/** Callers without an admin key get figures that may be this old: anyone may scrape, and not each scrape is a query. */
const libraryFreshForMs = 5_000
/** Each isolate queries Analytics Engine no more often than this. A failure is remembered too. */
const trafficFreshForMs = 30_000

const checks = inOrder(rateLimit('watch'), authenticate)

export const metrics = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/metrics',
    operationId: 'metrics',
    tags: ['Service'],
    summary: 'Metrics for Prometheus',
    description:
      'Clips, stored bytes, plays, listeners and the most played clips; requests and latencies if Analytics Engine may be ' +
      'queried. An admin key adds private clips, as sums, and how much the reconciler has compared. While the database ' +
      'is unavailable, `clips_database_up` is 0.',
    middleware: checks,
    responses: {
      200: {
        description: 'The Prometheus text exposition format.',
        content: { 'text/plain': { schema: z.string().openapi({ example: 'clips_database_up 1' }) } },
      },
      ...problems(checks),
    },
  }),
  handler: async (c) => {
    const { settings, db, caller } = c.var
    const admin = isAdmin(caller)
    const isRemembered = settings.rateLimits && !admin
    const families = await Promise.all([
      isRemembered ? recentLibraryMetrics(settings.database, db) : libraryMetrics(db, admin),
      reconcileMetrics(db, admin),
      settings.analytics ? recentTraffic(settings.analytics, settings.analytics) : [],
    ])
    const text = writeExposition([buildInfo(c.env.VERSION), ...families.flat()])
    return c.text(text, 200, { 'Content-Type': expositionType, 'Cache-Control': 'no-store' })
  },
})

/** The version of the Worker, as Cloudflare names it. */
function buildInfo({ id, tag }: WorkerVersionMetadata): Metric {
  return gauge('clips_build_info', 'The version of the Worker that answers.', [
    { labels: { version: id, tag }, value: 1 },
  ])
}

const recentTraffic = remember(trafficFreshForMs, trafficMetrics)
const recentLibraryMetrics = remember(
  libraryFreshForMs,
  async (db: Database) => await libraryMetrics(db, false),
)

/** Private clips appear in sums only, and only for an admin key. */
async function libraryMetrics(db: Database, admin: boolean): Promise<Metric[]> {
  const visibilities: Visibility[] = admin ? ['public', 'private'] : ['public']
  const up = (value: 0 | 1) => gauge('clips_database_up', 'Whether Postgres answered.', [{ value }])
  try {
    const figures = await inTime(selectLibraryFigures(db, visibilities, mostPlayedClips))
    return [up(1), ...describeLibrary(figures)]
  } catch (error) {
    logLine('error', 'metrics-without-database', { error: describeError(error) })
    return [up(0)]
  }
}

function describeLibrary({ holdings, mostPlayed, plays }: LibraryFigures): Metric[] {
  return [
    gauge(
      'clips_clips',
      'Clips, by visibility.',
      holdings.map(({ visibility, clips }) => ({ labels: { visibility }, value: clips })),
    ),
    gauge(
      'clips_stored_bytes',
      'Bytes of the audio of all clips, by visibility.',
      holdings.map(({ visibility, bytes }) => ({ labels: { visibility }, value: bytes })),
    ),
    counter('clips_plays_total', 'All plays.', [{ value: plays.total }]),
    gauge('clips_plays_today', 'Plays since midnight, UTC.', [{ value: plays.today }]),
    gauge('clips_listeners_today', 'Listeners since midnight, UTC.', [{ value: plays.listenersToday }]),
    counter(
      'clips_clip_plays_total',
      `Plays of each of the ${mostPlayedClips} most played public clips.`,
      mostPlayed.map(({ id, title, plays: value }) => ({ labels: { clip: id, title }, value })),
    ),
  ]
}

/** Nothing before the first run of the reconciler, and nothing while Postgres, which keeps its result, is unavailable. */
async function reconcileMetrics(db: Database, admin: boolean): Promise<Metric[]> {
  try {
    const result = await inTime(readReconcileResult(db))
    return result ? describeReconcile(result, admin) : []
  } catch (error) {
    logLine('error', 'metrics-without-reconciler', { error: describeError(error) })
    return []
  }
}

function describeReconcile(result: ReconcileResult, admin: boolean): Metric[] {
  const lastRun = Math.floor(Date.parse(result.lastRunAt) / 1000)
  const one = (name: string, help: string, value: number) =>
    gauge(`clips_reconcile_${name}`, help, [{ value }])
  return [
    one('last_run_seconds', 'When the reconciler last succeeded (Unix time).', lastRun),
    one('deleted_orphans', 'Objects without a row that it deleted.', result.deletedOrphans),
    one('deleted_incoming', 'Unfinished uploads that it deleted.', result.deletedIncoming),
    one('missing_audio', 'Clips without audio that it found.', result.missingAudio.count),
    one('mismatched', 'Clips whose audio had another visibility than their row.', result.mismatched),
    ...(admin ? [one('scanned', 'Objects that its last pass compared.', result.scanned)] : []),
  ]
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  return await withTimeout(timeoutMs, work, () => new Error(`no answer in ${timeoutMs} ms`))
}

/**
 * Gives the last answer again while it is fresh, in this isolate and for the same key. It remembers answers only, never a
 * pending one: a request cannot wait for the I/O of another.
 */
function remember<Subject, Answer>(
  freshForMs: number,
  ask: (subject: Subject) => Promise<Answer>,
): (key: object, subject: Subject) => Promise<Answer> {
  const remembered = new WeakMap<object, { atMs: number; answer: Answer }>()
  return async (key, subject) => {
    const known = remembered.get(key)
    if (known && Date.now() - known.atMs < freshForMs) return known.answer
    const answer = await ask(subject)
    remembered.set(key, { atMs: Date.now(), answer })
    return answer
  }
}
