import { keyLifetimeMs } from '../clips/idempotency.ts'
import type { Database } from '../db/connection.ts'
import { deleteExpiredIdempotencyKeys } from '../db/idempotencyKeys.ts'

/** A statement deletes so many, to be done in good time; a run ends after so many statements, to go on at the next. */
const chunk = 5000
const maxChunks = 40

/** Deletes idempotency keys past their lifetime; gives how many. */
export async function pruneKeys(db: Database): Promise<number> {
  let pruned = 0
  for (let n = 0; n < maxChunks; n += 1) {
    const deleted = await deleteExpiredIdempotencyKeys(db, keyLifetimeMs, chunk)
    pruned += deleted
    if (deleted < chunk) break
  }
  return pruned
}
