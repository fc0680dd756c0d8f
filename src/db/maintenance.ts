/** The statements of scheduled work. */
import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from './connection.ts'
import { clips, maintenanceState } from './schema.ts'

/** What Postgres says about a clip's row: its visibility, or that there is none. */
export type RowState = 'public' | 'private' | 'absent'

const RowStates = z.array(z.object({ id: z.string(), state: z.enum(['public', 'private', 'absent']) }))

/**
 * Asks Postgres about each id. An id that it does not mention is not in the result either: only an explicit `absent`
 * means that there is no row, so an empty or truncated answer condemns nothing.
 */
export async function selectRowStates(db: Database, ids: string[]): Promise<Map<string, RowState>> {
  const { rows } = await db.execute(sql`
    select asked.id, coalesce(clips.visibility, 'absent') as state
    from unnest(${`{${ids.join(',')}}`}::uuid[]) as asked (id) left join clips on clips.id = asked.id`)
  return new Map(RowStates.parse(rows).map(({ id, state }) => [id, state]))
}

/** Ids of clips in ascending order, after `id`; null starts at the first. */
export async function selectIdsAfter(db: Database, id: string | null, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: clips.id })
    .from(clips)
    .where(id === null ? undefined : gt(clips.id, id))
    .orderBy(asc(clips.id))
    .limit(limit)
  return rows.map((row) => row.id)
}

/** Ids of clips whose purge is pending, in ascending order. The condition is that of the index, word for word. */
export async function selectPurgePending(db: Database, id: string | null, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: clips.id })
    .from(clips)
    .where(and(sql`${clips.purgePending}`, id === null ? undefined : gt(clips.id, id)))
    .orderBy(asc(clips.id))
    .limit(limit)
  return rows.map((row) => row.id)
}

/** Records that the storage or the cache may have another visibility of these clips than their rows. */
export async function markPurgesPending(db: Database, ids: string[]): Promise<void> {
  await db.update(clips).set({ purgePending: true }).where(inArray(clips.id, ids))
}

/** The state that a scheduled step saved last; undefined before its first run. */
export async function selectState(db: Database, name: string): Promise<unknown> {
  const [row] = await db
    .select({ value: maintenanceState.value })
    .from(maintenanceState)
    .where(eq(maintenanceState.name, name))
  return row?.value
}

/** Saves the state of a scheduled step for its next run. */
export async function upsertState(db: Database, name: string, value: object): Promise<void> {
  await db
    .insert(maintenanceState)
    .values({ name, value })
    .onConflictDoUpdate({ target: maintenanceState.name, set: { value, updatedAt: sql`now()` } })
}
