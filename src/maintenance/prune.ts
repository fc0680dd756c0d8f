/** Deletes what has expired, in pieces that take a short time each. */
import { keyLifetimeMs } from '../clips/idempotency.ts'
import { insertWindowMs } from '../clips/publishClip.ts'
import { deleteOldClipIds } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import { deleteExpiredIdempotencyKeys } from '../db/idempotencyKeys.ts'
import { deleteOldPlayEvents } from '../db/plays.ts'

/** Rows that one statement deletes. */
const pieceRows = 5000
/** Statements of one run for each kind. The next run continues. */
const maxPieces = 25

/** Deletes expired idempotency keys, and returns how many. */
export async function pruneIdempotencyKeys(db: Database): Promise<number> {
  return await deleteInPieces(async (limit) => await deleteExpiredIdempotencyKeys(db, keyLifetimeMs, limit))
}

/** Used ids are kept for this long: much longer than a statement that inserts one can take effect. */
const clipIdsKeptMs = 24 * insertWindowMs

/** Deletes used ids of clips that nothing can insert any more, and returns how many. */
export async function pruneClipIds(db: Database): Promise<number> {
  return await deleteInPieces(async (limit) => await deleteOldClipIds(db, clipIdsKeptMs, limit))
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
