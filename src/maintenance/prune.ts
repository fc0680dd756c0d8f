/** Deletes what has expired, in pieces that take a short time each. */
import { keyLifetimeMs } from '../clips/idempotency.ts'
import type { Database } from '../db/connection.ts'
import { deleteExpiredIdempotencyKeys } from '../db/idempotencyKeys.ts'
import { deleteOldPlayEvents } from '../db/plays.ts'

/** Rows that one statement deletes. */
const pieceRows = 5000
/** Statements of one run. The next run continues. */
const maxPieces = 40

/** Deletes expired idempotency keys, and returns how many. */
export async function pruneIdempotencyKeys(db: Database): Promise<number> {
  return await deleteInPieces(async (limit) => await deleteExpiredIdempotencyKeys(db, keyLifetimeMs, limit))
}

/** Deletes raw play events that are too old, and returns how many. The daily tables keep their counts. */
export async function prunePlays(db: Database): Promise<number> {
  return await deleteInPieces(async (limit) => await deleteOldPlayEvents(db, limit))
}

async function deleteInPieces(deletePiece: (limit: number) => Promise<number>): Promise<number> {
  let deleted = 0
  for (let pieces = 0; pieces < maxPieces; pieces += 1) {
    const piece = await deletePiece(pieceRows)
    deleted += piece
    if (piece < pieceRows) break
  }
  return deleted
}
