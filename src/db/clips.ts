/** Every SQL statement that makes or finds clips, a named function each: one statement, one round trip. */
import { NeonDbError } from '@neondatabase/serverless'
import { and, arrayContains, desc, eq, getTableColumns, isNull, not, or, sql, type SQL } from 'drizzle-orm'
import { clipOrders, type ClipOrder, type ClipOrderName } from './clipOrders.ts'
import type { Database } from './connection.ts'
import { clips, type ClipRow, type NewClipRow } from './clipTable.ts'

const { searchText: _, trend: __, ...columns } = getTableColumns(clips)

/** The columns of a `ClipRow`. */
export const clipColumns = columns

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
