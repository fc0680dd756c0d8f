/** The state of the reconciler: how far it came, and what it found. */
import { z } from 'zod'
import type { Database } from '../db/connection.ts'
import { selectState, upsertState } from '../db/maintenance.ts'

const stateName = 'reconcile'

/** How many findings are named. The others are only counted. */
const namedAtMost = 50

const Found = z.object({ count: z.int(), named: z.array(z.string()) })
export type Found = z.output<typeof Found>

const Tally = z.object({
  /** Objects that were compared. */
  scanned: z.int(),
  deletedOrphans: z.int(),
  deletedIncoming: z.int(),
  /** Clips whose audio had another visibility than their row. */
  mismatched: z.int(),
  /** Keys under `clips/` that no clip can own. */
  foreignKeys: Found,
})
export type Tally = z.output<typeof Tally>

const State = z.object({
  /** The last key that was compared; empty at the beginning of a pass. */
  after: z.string(),
  /** The last row that was sampled; null at the beginning of a round. */
  sampledAfter: z.string().nullable(),
  /** The last key of `incoming/` that was listed; empty at the beginning. */
  incomingAfter: z.string(),
  /** What the current round of samples has found so far, and what the last round found: rows without audio, by id. */
  missingSoFar: Found,
  missing: Found.nullable(),
  /** What the current pass has found so far. */
  pass: Tally,
  finishedPass: z.object({ at: z.iso.datetime(), tally: Tally }).nullable(),
  /** When a run last succeeded. */
  lastRunAt: z.iso.datetime().nullable(),
})
export type ReconcileState = z.output<typeof State>

export const nothingFound: Tally = {
  scanned: 0,
  deletedOrphans: 0,
  deletedIncoming: 0,
  mismatched: 0,
  foreignKeys: { count: 0, named: [] },
}

const firstState: ReconcileState = {
  after: '',
  sampledAfter: null,
  incomingAfter: '',
  missingSoFar: { count: 0, named: [] },
  missing: null,
  pass: nothingFound,
  finishedPass: null,
  lastRunAt: null,
}

/** Throws if Postgres cannot say. A state that another version wrote, and that cannot be read, starts from the beginning. */
export async function readState(db: Database): Promise<ReconcileState> {
  return State.safeParse(await selectState(db, stateName)).data ?? firstState
}

export async function saveState(db: Database, state: ReconcileState): Promise<void> {
  await upsertState(db, stateName, state)
}

/** The state after a run that succeeded. A finished pass is kept while the next one is under way. */
export function withPass(state: ReconcileState, done: Tally, finished: boolean, now: Date): ReconcileState {
  const at = now.toISOString()
  const tally = addTallies(state.pass, done)
  if (!finished) return { ...state, pass: tally, lastRunAt: at }
  return { ...state, after: '', pass: nothingFound, finishedPass: { at, tally }, lastRunAt: at }
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    scanned: a.scanned + b.scanned,
    deletedOrphans: a.deletedOrphans + b.deletedOrphans,
    deletedIncoming: a.deletedIncoming + b.deletedIncoming,
    mismatched: a.mismatched + b.mismatched,
    foreignKeys: addFound(a.foreignKeys, b.foreignKeys),
  }
}

export function toFound(items: string[]): Found {
  return { count: items.length, named: items.slice(0, namedAtMost) }
}

export function addFound(a: Found, b: Found): Found {
  return { count: a.count + b.count, named: [...a.named, ...b.named].slice(0, namedAtMost) }
}

/** What the reconciler has found, for those who watch the service. */
export type ReconcileResult = {
  lastRunAt: string
  finishedPassAt: string | null
  missingAudio: Found
} & Tally

/**
 * The findings of the last finished pass and round; before there is one, those of the first so far. What was found must not
 * vanish while the next pass is under way. Null before the first run.
 */
export async function readReconcileResult(db: Database): Promise<ReconcileResult | null> {
  const { lastRunAt, finishedPass, pass, missing, missingSoFar } = await readState(db)
  if (lastRunAt === null) return null
  const missingAudio = missing && missing.count >= missingSoFar.count ? missing : missingSoFar
  return {
    lastRunAt,
    finishedPassAt: finishedPass?.at ?? null,
    missingAudio,
    ...(finishedPass?.tally ?? pass),
  }
}
