/** One run of the reconciler: what it works on, how much it may do, what it has done so far. */
import type { Database } from '../db/connection.ts'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { addTallies, nothingFound, type ReconcileState, type Tally } from './reconcileState.ts'

/** What scheduled work works on. */
export type Stores = { db: Database; bucket: R2Bucket; purge: PurgeCached }

/** The most that one run does. */
export type Bounds = {
  /** Pages of the comparison. */
  pages: number
  /** Objects, and rows, in a page. */
  pageSize: number
  /** Orphans that are deleted. */
  orphans: number
  /** Labels that are repaired. */
  labels: number
  /** Of these, the most for what was edited lately: the others are the pass's, which would stop without any. */
  editedLabels: number
  /** Edited rows whose label is looked at. */
  edits: number
  /** Objects of `incoming/` that are looked at. */
  incoming: number
}

/**
 * Subrequests, of which a Worker has 1,000: 60 pages at two to four, 200 looks, 20 repairs at six to twelve, a
 * few more, and two for each orphan: 800 at the worst, 130 on a usual day. R2 gives about a hundred objects a page when it is asked for their metadata.
 * Orphans are few because they are what cannot be undone: whatever goes wrong goes wrong slowly, and in the log.
 */
export const usualBounds: Bounds = {
  pages: 60,
  pageSize: 100,
  orphans: 50,
  labels: 20,
  editedLabels: 12,
  edits: 200,
  incoming: 1000,
}

export type Run = {
  stores: Stores
  now: Date
  bounds: Bounds
  /** Changed as each part of the work is done, so that it can be kept whenever the run ends. */
  state: ReconcileState
  /** What this run did. */
  tally: Tally
  labelsLeft: number
  orphansLeft: number
  /** Clips whose audio the cache has to forget. */
  forget: Set<string>
}

/** Adds to what the run did. */
export function count(run: Run, done: Partial<Tally>): void {
  run.tally = addTallies(run.tally, { ...nothingFound, ...done })
}
