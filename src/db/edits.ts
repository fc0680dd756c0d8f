/** Every SQL statement that changes or deletes a clip, a named function each: one statement, one round trip. */
import { and, eq, inArray, notInArray, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { clipColumns } from './clips.ts'
import type { Database } from './connection.ts'
import { clips, type ClipRow } from './clipTable.ts'

/** What may change of a clip. */
export type ClipChange = Partial<
  Pick<ClipRow, 'title' | 'description' | 'artist' | 'genre' | 'tags' | 'license' | 'visibility'>
>

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
    .returning(clipColumns)
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
