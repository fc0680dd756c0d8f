/** What the reconciler has found, as metrics. */
import { connect } from '../db/connection.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import type { Settings } from '../http/settings.ts'
import type { Metric } from './exposition.ts'
import { readReconcileResult, type ReconcileResult } from './reconcileResult.ts'
import { withinScrape } from './withinScrape.ts'

/**
 * Nothing before the first run, and nothing while Postgres, which keeps the result, is away. How much was compared only
 * to who holds an admin key: less the public clips, it is the private ones.
 */
export async function reconcileMetrics(database: Settings['database'], admin: boolean): Promise<Metric[]> {
  try {
    const result = await withinScrape(readReconcileResult(connect(database)))
    if (!result) return []
    return [...describeFindings(result), ...(admin ? [describeScope(result)] : [])]
  } catch (error) {
    logLine('error', 'metrics-without-reconciler', { error: describeError(error) })
    return []
  }
}

function describeFindings(result: ReconcileResult): Metric[] {
  const { lastRunAt, deletedOrphans, deletedIncoming, missingAudio, relabelled } = result
  return [
    gauge(
      'clips_reconcile_last_run_seconds',
      'When the reconciler last ran (Unix time).',
      seconds(lastRunAt),
    ),
    gauge('clips_reconcile_deleted_orphans', 'Objects without a row that it deleted.', deletedOrphans),
    gauge('clips_reconcile_deleted_incoming', 'Unfinished uploads that it deleted.', deletedIncoming),
    gauge('clips_reconcile_missing_audio', 'Clips that it found without audio.', missingAudio.count),
    gauge('clips_reconcile_relabelled', 'Labels that it repaired.', relabelled),
  ]
}

function describeScope({ scanned }: ReconcileResult): Metric {
  return gauge('clips_reconcile_scanned', 'Objects and rows that its latest pass compared.', scanned)
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [{ value }] }
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000)
}
