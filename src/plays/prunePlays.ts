import type { Database } from '../db/connection.ts'
import { deleteInPieces } from '../db/deleteInPieces.ts'
import { deleteOldPlayEvents } from '../db/plays.ts'

/** Deletes what is too old of the raw events, which the daily tables do not need any more; gives how many. */
export async function prunePlays(db: Database): Promise<number> {
  return await deleteInPieces(async (limit) => await deleteOldPlayEvents(db, limit))
}
