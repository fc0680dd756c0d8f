/** The statements about one clip: insert, read, update, delete, and its pending purge. */
import { NeonDbError } from '@neondatabase/serverless'
import { and, eq, getTableColumns, inArray, isNull, not, notInArray, or, sql, type SQL } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { clips, type ClipRow, type NewClipRow } from './schema.ts'

const { searchText: _, trend: __, ...columns } = getTableColumns(clips)

/** The columns of a `ClipRow`. */
export const clipColumns = columns

/**
 * Inserts a clip and returns its row. It is safe to repeat with the same id: an existing row is returned unchanged (an
 * update that changes nothing, because `do nothing` returns no row).
 */
export async function insertClip(db: Database, clip: NewClipRow): Promise<ClipRow> {
  const [row] = await db
    .insert(clips)
    .values(clip)
    .onConflictDoUpdate({ target: clips.id, set: { id: sql`excluded.id` } })
    .returning(columns)
  if (!row) throw new Error('an insert returned no row')
  return row
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
  if (error instanceof NeonDbError) return error.constraint === 'clips_unique_audio'
  return error instanceof Error && isSameAudio(error.cause)
}

export async function selectClip(db: Database, id: string): Promise<ClipRow | undefined> {
  const [row] = await db.select(columns).from(clips).where(eq(clips.id, id))
  return row
}

/** The fields that an edit may change. */
const editableFields = ['title', 'description', 'artist', 'genre', 'tags', 'license', 'visibility'] as const
export type ClipChange = Partial<Pick<ClipRow, (typeof editableFields)[number]>>

/** The revisions of a clip that a change applies to: only these, or all except these. */
export type Revisions = { only: number[] } | { except: number[] }

const anyRevision: Revisions = { except: [] }

/**
 * Changes a clip if its revision is one of `revisions`, and returns the new row; undefined if there is no such clip or
 * revision. The revision grows only if a value differs. A new visibility leaves a purge pending.
 */
export async function updateClip(
  db: Database,
  id: string,
  change: ClipChange,
  revisions: Revisions = anyRevision,
): Promise<ClipRow | undefined> {
  const differs = differsFromRow(change)
  const { visibility } = change
  const changesVisibility = visibility ? differsFromRow({ visibility }) : sql`false`
  const [row] = await db
    .update(clips)
    .set({
      ...change,
      revision: sql`${clips.revision} + case when ${differs} then 1 else 0 end`,
      purgePending: sql`${clips.purgePending} or ${changesVisibility}`,
      updatedAt: sql`case when ${differs} then now() else ${clips.updatedAt} end`,
    })
    .where(and(eq(clips.id, id), isAmong(revisions)))
    .returning(columns)
  return row
}

/** Deletes a clip if its revision is one of `revisions`; false if there is no such clip or revision. */
export async function deleteClipRow(
  db: Database,
  id: string,
  revisions: Revisions = anyRevision,
): Promise<boolean> {
  const rows = await db
    .delete(clips)
    .where(and(eq(clips.id, id), isAmong(revisions)))
    .returning({ id: clips.id })
  return rows.length > 0
}

/** Whether the row has another value than the change in any of its fields. */
function differsFromRow(change: ClipChange): SQL {
  const differences = editableFields
    .filter((field) => change[field] !== undefined)
    .map((field) => sql`${clips[field]} is distinct from ${sql.param(change[field], clips[field])}`)
  return or(...differences) ?? sql`false`
}

function isAmong(revisions: Revisions): SQL {
  return 'only' in revisions
    ? inArray(clips.revision, revisions.only)
    : notInArray(clips.revision, revisions.except)
}

/** The visibility that a clip's audio must have in R2, and the revision that says so. */
export async function selectVisibility(
  db: Database,
  id: string,
): Promise<Pick<ClipRow, 'visibility' | 'revision'> | undefined> {
  const [row] = await db
    .select({ visibility: clips.visibility, revision: clips.revision })
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
