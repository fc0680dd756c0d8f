/** The statements about one clip: insert, read, update, delete, and its pending purge. */
import { and, eq, getTableColumns, is, isNull, not, or, SQL, sql } from 'drizzle-orm'
import { postgresError, type Database } from './connection.ts'
import { isHeldBy, type AttemptKey } from './idempotencyKeys.ts'
import { clips, type ClipRow, type NewClipRow } from './schema.ts'

const {
  titleKey: _,
  trend: __,
  analysisVersion: ___,
  analysisStarts: ____,
  ...columns
} = getTableColumns(clips)

/** The columns of a `ClipRow`. */
export const clipColumns = columns

/** What an insert depends on. */
export type InsertCondition = {
  /** The attempt that must still hold its key; undefined without a key. */
  attempt: AttemptKey | undefined
  /** Postgres does nothing after this time. */
  notAfter: Date
}

/**
 * Inserts a clip under an id that was never used, and returns its row. Undefined if it inserts nothing: the id is used (an
 * earlier try may have inserted the clip), the attempt has lost its key, or it is too late. Whichever it was, no try will
 * insert this clip later. Unique indexes and row locks decide, so it holds for statements that run at the same time.
 */
export async function insertClip(
  db: Database,
  clip: NewClipRow,
  { attempt, notAfter }: InsertCondition,
): Promise<ClipRow | undefined> {
  const used = db.$with('used', {}).as(
    sql`insert into used_clip_ids (id) select ${clip.id}::uuid where now() < ${notAfter.toISOString()}::timestamptz
      on conflict do nothing returning id`,
  )
  // A clip of an earlier attempt counts, unless it has been deleted before anyone was told of it.
  const claimed = db.$with('claimed', {}).as(
    sql`update idempotency_keys set clip_id = used.id from used where ${attempt ? isHeldBy(attempt) : sql`false`}
      and not exists (select from clips where clips.id = idempotency_keys.clip_id) returning clip_id`,
  )
  const [row] = await db
    .with(used, claimed)
    .insert(clips)
    .select(sql`select ${valuesOf(clip)} from ${attempt ? sql`claimed` : sql`used`}`)
    .returning(columns)
  return row
}

/** The values of a row in the order of an insert, with their types and defaults: a `select` infers neither. */
function valuesOf(clip: NewClipRow): SQL {
  const given: Record<string, unknown> = clip
  const values = Object.entries(getTableColumns(clips))
    .filter(([, column]) => column.generated === undefined)
    .map(([name, column]) => {
      const value = given[name] ?? column.default ?? null
      return is(value, SQL) ? value : sql`${sql.param(value, column)}::${sql.raw(column.getSQLType())}`
    })
  return sql.join(values, sql`, `)
}

/** Marks the ids that have no clip as used: no statement, however late, can insert a clip with one of them. */
export async function markClipIdsUsed(db: Database, ids: string[]): Promise<void> {
  await db.execute(sql`
    insert into used_clip_ids (id) select id from unnest(${`{${ids.join(',')}}`}::uuid[]) as asked (id)
    where not exists (select from clips where clips.id = asked.id) on conflict do nothing`)
}

/** Deletes up to `limit` used ids that no statement under way can have, and returns how many. */
export async function deleteOldClipIds(db: Database, keptMs: number, limit: number): Promise<number> {
  const old = sql`used_at < now() - ${keptMs} * interval '1 millisecond'`
  const { rowCount } = await db.execute(sql`
    delete from used_clip_ids where id in (
      select id from used_clip_ids where ${old} order by used_at limit ${limit}
    )`)
  return rowCount
}

/** The clip that an owner has of this audio, deliberate duplicates aside. */
export async function selectSameAudio(
  db: Database,
  ownerId: string | null,
  sha256: string,
): Promise<ClipRow | undefined> {
  const owned = ownerId === null ? isNull(clips.ownerId) : eq(clips.ownerId, ownerId)
  const [row] = await db
    .select(columns)
    .from(clips)
    .where(and(owned, eq(clips.sha256, sha256), not(clips.deliberateDuplicate)))
  return row
}

/** Whether an insert failed because its owner has the same audio already. */
export function isSameAudio(error: unknown): boolean {
  return postgresError(error)?.constraint === 'clips_unique_audio'
}

export async function selectClip(db: Database, id: string): Promise<ClipRow | undefined> {
  const [row] = await db.select(columns).from(clips).where(eq(clips.id, id))
  return row
}

/** The fields that an edit may change. */
const editableFields = ['title', 'description', 'artist', 'genre', 'tags', 'license', 'visibility'] as const
export type ClipChange = Partial<Pick<ClipRow, (typeof editableFields)[number]>>

/**
 * Changes a clip that has had no patch since it was read, and returns the new row; undefined if it has. So a statement
 * that was given up cannot undo what came after it. The revision grows only if a value differs, the number of patches
 * always: otherwise a late statement could follow a patch that confirmed what the row had. A new visibility leaves a purge
 * pending.
 */
export async function updateClip(
  db: Database,
  id: string,
  change: ClipChange,
  { patches }: Pick<ClipRow, 'patches'>,
): Promise<ClipRow | undefined> {
  const differs = differsFromRow(change)
  const { visibility } = change
  const changesVisibility = visibility ? differsFromRow({ visibility }) : sql`false`
  const [row] = await db
    .update(clips)
    .set({
      ...change,
      revision: sql`${clips.revision} + case when ${differs} then 1 else 0 end`,
      patches: sql`${clips.patches} + 1`,
      purgePending: sql`${clips.purgePending} or ${changesVisibility}`,
      updatedAt: sql`case when ${differs} then now() else ${clips.updatedAt} end`,
    })
    .where(and(eq(clips.id, id), eq(clips.patches, patches)))
    .returning(columns)
  return row
}

/** Deletes a clip that has had no patch since it was read; undefined if it has. Its id stays used. */
export async function deleteClipRow(
  db: Database,
  id: string,
  { patches }: Pick<ClipRow, 'patches'>,
): Promise<true | undefined> {
  const rows = await db
    .delete(clips)
    .where(and(eq(clips.id, id), eq(clips.patches, patches)))
    .returning({ id: clips.id })
  return rows.length > 0 || undefined
}

/** Whether the row has another value than the change in any of its fields. */
function differsFromRow(change: ClipChange): SQL {
  const differences = editableFields
    .filter((field) => change[field] !== undefined)
    .map((field) => sql`${clips[field]} is distinct from ${sql.param(change[field], clips[field])}`)
  return or(...differences) ?? sql`false`
}

/** The visibility that a clip's audio must have in R2, the revision that says so, and whether that is known to be done. */
export type RowVisibility = Pick<ClipRow, 'visibility' | 'revision' | 'purgePending'>

export async function selectVisibility(db: Database, id: string): Promise<RowVisibility | undefined> {
  const [row] = await db
    .select({ visibility: clips.visibility, revision: clips.revision, purgePending: clips.purgePending })
    .from(clips)
    .where(eq(clips.id, id))
  return row
}

/**
 * Records that the cache has dropped a clip's audio at this revision. False, without effect, if there has been an edit
 * since: it may have hidden the clip, and waits for a purge of its own.
 */
export async function clearPurgePending(db: Database, id: string, revision: number): Promise<boolean> {
  const rows = await db
    .update(clips)
    .set({ purgePending: false })
    .where(and(eq(clips.id, id), eq(clips.revision, revision)))
    .returning({ id: clips.id })
  return rows.length > 0
}
