/** What the reconciler has found, for those who watch the service. */
import type { Database } from '../db/connection.ts'
import { readState, type Tally } from './reconcileState.ts'

export type ReconcileResult = { lastRunAt: string; finishedPassAt: string | null } & Tally

/**
 * What the latest whole pass over the library found, or before there is one, what the first has found so far: a
 * pass may take many runs, and what it found must not vanish while the next one is looking again. Null before the
 * first run.
 */
export async function readReconcileResult(db: Database): Promise<ReconcileResult | null> {
  const { lastRunAt, finishedPass, pass } = await readState(db)
  if (lastRunAt === null) return null
  return { lastRunAt, finishedPassAt: finishedPass?.at ?? null, ...(finishedPass?.tally ?? pass) }
}
