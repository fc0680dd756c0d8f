/** Compares a page of objects in R2 with their rows in Postgres. It deletes orphans, and marks what must be repaired. */
import type { Stores } from '../audio/jobs.ts'
import { audioKey, clipIdOf, readMetadata } from '../audio/objects.ts'
import { markClipIdsUsed } from '../db/clips.ts'
import { markPurgesPending, selectRowStates, type RowState } from '../db/maintenance.ts'

/**
 * An upload is between its promotion and its row for half a minute at most: three tries of ten seconds. An upload that took
 * longer than this would lose its audio, and get no row.
 */
export const orphanGraceMs = 60 * 60_000

export type StoredObject = { key: string; uploaded: Date; visibility: 'public' | 'private' }

/** What a page may delete: only what is older, and no more than so many. */
export type Budget = { storedBefore: Date; orphans: number }

export type Findings = {
  /** Keys under `clips/` that no clip can own. */
  foreign: string[]
  /** Objects of clips without a row, old enough to be deleted. */
  orphans: { key: string; id: string }[]
  /** Clips whose audio has another visibility than their row. */
  mismatched: string[]
  scanned: number
  /** The last key that was dealt with; undefined if there was none. */
  lastKey: string | undefined
  /** The budget is used up, and objects of the page are left. */
  full: boolean
}

/** What is wrong in a page, up to the budget. Pure. Throws if Postgres said nothing about a clip: silence condemns nothing. */
export function findInPage(
  objects: StoredObject[],
  rows: ReadonlyMap<string, RowState>,
  budget: Budget,
): Findings {
  const foreign: string[] = []
  const orphans: Findings['orphans'] = []
  const mismatched: string[] = []
  let scanned = 0
  for (const { key, uploaded, visibility } of objects) {
    const id = clipIdOf(key)
    const row = id === undefined ? 'foreign' : rows.get(id)
    if (row === undefined) throw new Error(`Postgres did not say whether ${id} has a row`)
    const isOrphan = row === 'absent' && uploaded < budget.storedBefore
    const isMismatched = key === audioKey(id ?? '') && row !== 'absent' && visibility !== row
    if (isOrphan && orphans.length === budget.orphans) break
    if (id === undefined) foreign.push(key)
    else if (isOrphan) orphans.push({ key, id })
    else if (isMismatched) mismatched.push(id)
    scanned += 1
  }
  return {
    foreign,
    orphans,
    mismatched,
    scanned,
    lastKey: objects[scanned - 1]?.key,
    full: scanned < objects.length,
  }
}

/** Acts on the findings, and returns the clips whose objects it deleted. retryPurges repairs what is marked here. */
export async function actOn({ orphans, mismatched }: Findings, stores: Stores): Promise<string[]> {
  if (mismatched.length > 0) await markPurgesPending(stores.db, mismatched)
  const deleted: string[] = []
  for (const { key, id } of await confirmOrphans(orphans, stores)) {
    await stores.bucket.delete(key)
    deleted.push(id)
  }
  return deleted
}

/**
 * Takes the ids of orphans out of use, so that no upload can insert them any more, and then asks Postgres again: only an
 * explicit `absent` makes an orphan.
 */
async function confirmOrphans(orphans: Findings['orphans'], { db }: Stores): Promise<Findings['orphans']> {
  if (orphans.length === 0) return []
  const ids = [...new Set(orphans.map(({ id }) => id))]
  await markClipIdsUsed(db, ids)
  const rows = await selectRowStates(db, ids)
  return orphans.filter(({ id }) => rows.get(id) === 'absent')
}

/** An object as a listing with `customMetadata` shows it. */
export function toStoredObject(object: R2Object): StoredObject {
  return { key: object.key, uploaded: object.uploaded, visibility: readMetadata(object).visibility }
}
