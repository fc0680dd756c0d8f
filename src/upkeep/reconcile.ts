/** Brings R2 and Postgres back to one another after whatever went wrong between them. The README says how and why. */
import { forgetCached } from '../audio/forgetCached.ts'
import { clearIncoming } from './clearIncoming.ts'
import { comparePages } from './comparePages.ts'
import {
  addTallies,
  keepState,
  nothingFound,
  passStart,
  readState,
  type ReconcileState,
  type Tally,
} from './reconcileState.ts'
import { repairEdited } from './repairLabels.ts'
import { usualBounds, type Bounds, type Run, type Stores } from './run.ts'

/** What a run did, and whether it brought a pass over the library to its end. */
export type Reconciled = Tally & { finishedPass: boolean }

/**
 * One run: bounded work from where the last one ended. Without Postgres it does nothing. When something fails
 * half-way, what was done until then counts, the next run goes on from there, and the failure is thrown.
 */
export async function reconcile(
  stores: Stores,
  now: Date,
  bounds: Bounds = usualBounds,
): Promise<Reconciled> {
  const run = startRun(stores, now, bounds, await readState(stores.db))
  try {
    await repairEdited(run)
    const finishedPass = await comparePages(run)
    await clearIncoming(run)
    await keepState(stores.db, endOfRun(run, finishedPass))
    return { ...run.tally, finishedPass }
  } catch (error) {
    // Best effort: if this fails as well, the next run does the same work again, and finds it done.
    await keepState(stores.db, withTally(run)).catch(() => {})
    throw error
  } finally {
    await forgetCached(stores.purge, ...run.forget)
  }
}

function startRun(stores: Stores, now: Date, bounds: Bounds, state: ReconcileState): Run {
  return {
    stores,
    now,
    bounds,
    state: { ...state },
    tally: nothingFound,
    labelsLeft: bounds.labels,
    orphansLeft: bounds.orphans,
    forget: new Set(),
  }
}

function endOfRun(run: Run, finishedPass: boolean): ReconcileState {
  const at = run.now.toISOString()
  const state = { ...withTally(run), lastRunAt: at }
  if (!finishedPass) return state
  return { ...state, ...passStart, finishedPass: { at, tally: state.pass } }
}

function withTally({ state, tally }: Run): ReconcileState {
  return { ...state, pass: addTallies(state.pass, tally) }
}
