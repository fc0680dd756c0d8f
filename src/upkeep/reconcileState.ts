/** What the reconciler remembers from one run to the next: how far it came, and what it found. */
import { z } from 'zod'
import type { Database } from '../db/connection.ts'
import { selectUpkeep, upsertUpkeep } from '../db/upkeep.ts'

/** The name of the row in the table `upkeep`. */
const stateName = 'reconcile'

/** So many of what was found are named; beyond that they are only counted. */
const namedAtMost = 50

const Found = z.object({ count: z.int(), named: z.array(z.string()) })
export type Found = z.output<typeof Found>

const Tally = z.object({
  /** Objects, and rows without one. */
  scanned: z.int(),
  deletedOrphans: z.int(),
  deletedIncoming: z.int(),
  relabelled: z.int(),
  /** Rows whose audio is not there, by id. */
  missingAudio: Found,
  /** Keys under `clips/` that no clip can own. */
  foreignKeys: Found,
})
export type Tally = z.output<typeof Tally>

const State = z.object({
  /** Where the comparison goes on. */
  position: z.object({ key: z.string(), rowId: z.string().nullable() }),
  /** The last key of `incoming/` that was looked at; empty at the beginning. */
  incomingAfter: z.string(),
  /** The last edit that is dealt with: its label is right, or left to the pass. */
  editsThrough: z
    .object({ updatedAt: z.iso.datetime().transform((time) => new Date(time)), id: z.string() })
    .nullable(),
  /** Of the pass that is under way. */
  pass: Tally,
  finishedPass: z.object({ at: z.iso.datetime(), tally: Tally }).nullable(),
  /** When a run last came to its end without a failure. */
  lastRunAt: z.iso.datetime().nullable(),
})
export type ReconcileState = z.output<typeof State>

export const nothingFound: Tally = {
  scanned: 0,
  deletedOrphans: 0,
  deletedIncoming: 0,
  relabelled: 0,
  missingAudio: { count: 0, named: [] },
  foreignKeys: { count: 0, named: [] },
}

export const passStart: Pick<ReconcileState, 'position' | 'pass'> = {
  position: { key: '', rowId: null },
  pass: nothingFound,
}

const firstState: ReconcileState = {
  ...passStart,
  incomingAfter: '',
  editsThrough: null,
  finishedPass: null,
  lastRunAt: null,
}

/** Throws when Postgres cannot say. What another version wrote and this one cannot read means: from the start. */
export async function readState(db: Database): Promise<ReconcileState> {
  return State.safeParse(await selectUpkeep(db, stateName)).data ?? firstState
}

export async function keepState(db: Database, state: ReconcileState): Promise<void> {
  await upsertUpkeep(db, stateName, state)
}

export function foundThese(items: string[]): Found {
  return { count: items.length, named: items.slice(0, namedAtMost) }
}

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    scanned: one.scanned + other.scanned,
    deletedOrphans: one.deletedOrphans + other.deletedOrphans,
    deletedIncoming: one.deletedIncoming + other.deletedIncoming,
    relabelled: one.relabelled + other.relabelled,
    missingAudio: addFound(one.missingAudio, other.missingAudio),
    foreignKeys: addFound(one.foreignKeys, other.foreignKeys),
  }
}

function addFound(one: Found, other: Found): Found {
  return {
    count: one.count + other.count,
    named: [...one.named, ...other.named].slice(0, namedAtMost),
  }
}
