/** Every SQL statement of scheduled work, a named function each: one statement, one round trip. */
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { clips, type ClipRow } from './clipTable.ts'
import type { Database } from './connection.ts'
import { upkeep } from './upkeepTable.ts'

/** What of a row stands in the label of its audio too. */
export type LabelRow = Pick<ClipRow, 'id' | 'title' | 'visibility'>
export type EditedRow = LabelRow & Pick<ClipRow, 'updatedAt'>

const label = { id: clips.id, title: clips.title, visibility: clips.visibility }

/** Rows in the order of their ids, which is that of their keys in R2, after `id` (null: from the first). */
export async function selectLabelsAfter(db: Database, id: string | null, limit: number): Promise<LabelRow[]> {
  return await db
    .select(label)
    .from(clips)
    .where(id === null ? undefined : gt(clips.id, id))
    .orderBy(asc(clips.id))
    .limit(limit)
}

/** Rows that were edited, in the order of their last edit, after the given position in that order. */
export async function selectEditedAfter(
  db: Database,
  after: Pick<EditedRow, 'updatedAt' | 'id'> | null,
  limit: number,
): Promise<EditedRow[]> {
  const position =
    after && sql`(${clips.updatedAt}, ${clips.id}) > (${after.updatedAt.toISOString()}, ${after.id})`
  return await db
    .select({ ...label, updatedAt: clips.updatedAt })
    .from(clips)
    .where(and(gt(clips.revision, sql.raw('1')), position ?? undefined))
    .orderBy(asc(clips.updatedAt), asc(clips.id))
    .limit(limit)
}

/** What the audio of a clip should say of it now, and which edit says so. */
export async function selectLabel(
  db: Database,
  id: string,
): Promise<(LabelRow & Pick<ClipRow, 'revision'>) | undefined> {
  const [row] = await db
    .select({ ...label, revision: clips.revision })
    .from(clips)
    .where(eq(clips.id, id))
  return row
}

const Presence = z.array(z.object({ id: z.string(), has_row: z.boolean() }))

/**
 * Says of each id whether there is a row. An id that Postgres says nothing of is in neither list: absence is what
 * it says, never what it does not, so that an answer that is empty or cut short condemns nothing.
 */
export async function selectPresence(
  db: Database,
  ids: string[],
): Promise<{ present: Set<string>; absent: Set<string> }> {
  const { rows } = await db.execute(sql`
    select asked.id, clips.id is not null as has_row
    from unnest(${`{${ids.join(',')}}`}::uuid[]) as asked (id) left join clips on clips.id = asked.id`)
  const answers = Presence.parse(rows)
  const having = (hasRow: boolean) => answers.filter(({ has_row }) => has_row === hasRow).map(({ id }) => id)
  return { present: new Set(having(true)), absent: new Set(having(false)) }
}

/** What a scheduled work last remembered; undefined before its first run. */
export async function selectUpkeep(db: Database, name: string): Promise<unknown> {
  const [row] = await db.select({ value: upkeep.value }).from(upkeep).where(eq(upkeep.name, name))
  return row?.value
}

/** Remembers a value under a name until the next run. */
export async function upsertUpkeep(db: Database, name: string, value: object): Promise<void> {
  await db
    .insert(upkeep)
    .values({ name, value })
    .onConflictDoUpdate({ target: upkeep.name, set: { value, updatedAt: sql`now()` } })
}
