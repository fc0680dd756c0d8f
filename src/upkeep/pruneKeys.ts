import { keyLifetimeMs } from '../clips/idempotency.ts'
import type { Database } from '../db/connection.ts'
import { deleteExpiredIdempotencyKeys } from '../db/idempotencyKeys.ts'
import { deleteInPieces } from '../db/deleteInPieces.ts'

/** Deletes idempotency keys past their lifetime; gives how many. */
export async function pruneKeys(db: Database): Promise<number> {
  return await deleteInPieces(async (limit) => await deleteExpiredIdempotencyKeys(db, keyLifetimeMs, limit))
}
