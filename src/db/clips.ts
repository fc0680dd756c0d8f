/** Every SQL statement about clips, a named function each: one statement, one round trip. */
import { NeonDbError } from '@neondatabase/serverless'
import {
  and,
  arrayContains,
  desc,
  eq,
  getTableColumns,
  inArray,
  isNull,
  not,
  notInArray,
  or,
  sql,
  type SQL,
} from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { clipOrders, type ClipOrder, type ClipOrderName } from './clipOrders.ts'
import type { Database } from './connection.ts'
import { clips, type ClipRow, type NewClipRow } from './clipTable.ts'

const { searchText: _, trend: __, ...columns } = getTableColumns(clips)

/** Public clips, those and all of one owner, or all. */
export type Visible = 'public' | { ownedBy: string } | 'all'

/** Which clips a list shows. */
export type ClipFilter = {
  /** Words that must all appear in title, description, artist or tags. */
  words: string[]
  genre: string | undefined
  /** Tags that a clip must all have. */
  tags: string[]
  visible: Visible
}

/** What may change of a clip. */
export type ClipChange = Partial<
  Pick<ClipRow, 'title' | 'description' | 'artist' | 'genre' | 'tags' | 'license' | 'visibility'>
>

/**
 * Inserts a clip and answers its row. Safe to repeat with the same id when an answer was lost: the row that is
 * there is left as it is and answered (an update of nothing, because `do nothing` returns no row).
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

/** The clip of this owner with the same audio, if there is one that is not a deliberate duplicate. */
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

/** The clip with this id, or undefined. */
export async function selectClip(db: Database, id: string): Promise<ClipRow | undefined> {
  const [row] = await db.select(columns).from(clips).where(eq(clips.id, id))
  return row
}

/** Where a page ends: the value and id of its last clip. */
export type ClipPosition = { value: string; id: string }

/** Clips in the given order, after a position in it, and the value by which each has its place. */
export async function selectClips(
  db: Database,
  filter: ClipFilter,
  order: ClipOrderName,
  after: ClipPosition | undefined,
  limit: number,
): Promise<(ClipRow & { orderedBy: string })[]> {
  const { value, type, text }: ClipOrder = clipOrders[order]
  return await db
    .select({ ...columns, orderedBy: text })
    .from(clips)
    .where(
      and(
        ...matching(filter),
        after && sql`(${value}, ${clips.id}) < (${after.value}::${type}, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(value), desc(clips.id))
    .limit(limit)
}

/** Which revisions of a clip are to be changed: these, or all but these. */
export type Revisions = { only: number[] } | { except: number[] }

const anyRevision: Revisions = { except: [] }

/**
 * Changes a clip if its revision is one of `revisions`, and answers the new row, or undefined if there is no such
 * clip or revision. It is a new revision only if something is other than before. A clip that is hidden has its
 * purge pending from then on.
 */
export async function updateClip(
  db: Database,
  id: string,
  change: ClipChange,
  revisions: Revisions = anyRevision,
): Promise<ClipRow | undefined> {
  const hides = change.visibility === 'private' ? sql`(${clips.visibility} = 'public')` : sql`false`
  const differs = differsFrom(change)
  const [row] = await db
    .update(clips)
    .set({
      ...change,
      revision: sql`${clips.revision} + case when ${differs} then 1 else 0 end`,
      purgePending: sql`${clips.purgePending} or ${hides}`,
      updatedAt: sql`case when ${differs} then now() else ${clips.updatedAt} end`,
    })
    .where(and(eq(clips.id, id), isAmong(revisions)))
    .returning(columns)
  return row
}

/** Deletes a clip's row if its revision is one of `revisions`; false if there is no such clip or revision. */
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

/** Whether a row has another value than the change in any of its fields. */
function differsFrom({ title, description, artist, genre, tags, license, visibility }: ClipChange): SQL {
  const differs = (column: PgColumn, value: unknown) =>
    value === undefined ? undefined : sql`${column} is distinct from ${sql.param(value, column)}`
  const any = or(
    differs(clips.title, title),
    differs(clips.description, description),
    differs(clips.artist, artist),
    differs(clips.genre, genre),
    differs(clips.tags, tags),
    differs(clips.license, license),
    differs(clips.visibility, visibility),
  )
  return any ?? sql`false`
}

function isAmong(revisions: Revisions): SQL {
  return 'only' in revisions
    ? inArray(clips.revision, revisions.only)
    : notInArray(clips.revision, revisions.except)
}

function matching(filter: ClipFilter): (SQL | undefined)[] {
  return [
    visibleClips(filter.visible),
    filter.genre === undefined ? undefined : eq(clips.genre, filter.genre),
    filter.tags.length === 0 ? undefined : arrayContains(clips.tags, filter.tags),
    ...filter.words.map((word) => sql`${clips.searchText} like ${`%${escapeLike(word)}%`}`),
  ]
}

function visibleClips(visible: Visible): SQL | undefined {
  if (visible === 'all') return undefined
  const isPublic = eq(clips.visibility, 'public')
  return visible === 'public' ? isPublic : or(isPublic, eq(clips.ownerId, visible.ownedBy))
}

/** Takes the meaning from the wildcards of LIKE. */
function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&')
}
