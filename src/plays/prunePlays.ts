import type { Database } from '../db/connection.ts'
import { deleteOldPlayEvents } from '../db/plays.ts'

/** A statement deletes so many, to be done in good time; a run ends after so many statements, to go on at the next. */
const chunk = 5000
const maxChunks = 40

/** Deletes what is too old of the raw events, which the daily tables do not need any more; gives how many. */
export async function prunePlays(db: Database): Promise<number> {
  let pruned = 0
  for (let n = 0; n < maxChunks; n += 1) {
    const deleted = await deleteOldPlayEvents(db, chunk)
    pruned += deleted
    if (deleted < chunk) break
  }
  return pruned
}
