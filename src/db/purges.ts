/** Every SQL statement about purges that are pending, a named function each: one statement, one round trip. */
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { clips } from './clipTable.ts'

/** Notes that the cache may hold what a clip's audio no longer says of itself. */
export async function markPurgePending(db: Database, id: string): Promise<void> {
  await db.update(clips).set({ purgePending: true }).where(eq(clips.id, id))
}

/**
 * Notes that the cache has let go of what a clip's audio said of itself before this revision. False, and nothing is
 * noted, if there has been an edit since: it may be a hide that waits for a purge of its own.
 */
export async function clearPurgePending(db: Database, id: string, revision: number): Promise<boolean> {
  const rows = await db
    .update(clips)
    .set({ purgePending: false })
    .where(and(eq(clips.id, id), eq(clips.revision, revision)))
    .returning({ id: clips.id })
  return rows.length > 0
}

/**
 * Clips whose purge is pending, a few at a time, in the order of their ids, after `id` (null: from the first). The
 * condition is that of the index, word for word.
 */
export async function selectPurgePending(db: Database, id: string | null, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: clips.id })
    .from(clips)
    .where(and(sql`${clips.purgePending}`, id === null ? undefined : gt(clips.id, id)))
    .orderBy(asc(clips.id))
    .limit(limit)
  return rows.map((row) => row.id)
}
