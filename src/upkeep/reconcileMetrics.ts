/** What the reconciler has found, as metrics. */
import { connect } from '../db/connection.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import type { Settings } from '../http/settings.ts'
import type { Metric } from './exposition.ts'
import { readReconcileResult } from './reconcileResult.ts'
import { withinScrape } from './withinScrape.ts'

/** Nothing before the first run, and nothing while Postgres, which keeps the result, is away. */
export async function reconcileMetrics(database: Settings['database']): Promise<Metric[]> {
  try {
    const result = await withinScrape(readReconcileResult(connect(database)))
    if (!result) return []
    return [
      gauge(
        'clips_reconcile_last_run_seconds',
        'When the reconciler last ran (Unix time).',
        seconds(result.lastRunAt),
      ),
      gauge('clips_reconcile_scanned', 'Objects and rows that its latest pass compared.', result.scanned),
      gauge(
        'clips_reconcile_deleted_orphans',
        'Objects without a row that it deleted.',
        result.deletedOrphans,
      ),
      gauge(
        'clips_reconcile_deleted_incoming',
        'Unfinished uploads that it deleted.',
        result.deletedIncoming,
      ),
      gauge('clips_reconcile_missing_audio', 'Clips that it found without audio.', result.missingAudio.count),
      gauge('clips_reconcile_relabelled', 'Labels that it repaired.', result.relabelled),
    ]
  } catch (error) {
    logLine('error', 'metrics-without-reconciler', { error: describeError(error) })
    return []
  }
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [{ value }] }
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000)
}
