/** Rows of clips, written without a request. */
import {
  deleteClipRow,
  insertClip,
  selectClip,
  updateClip,
  type ClipChange,
  type InsertCondition,
} from '../../src/db/clips.ts'
import type { Database } from '../../src/db/connection.ts'
import type { ClipRow, NewClipRow } from '../../src/db/schema.ts'

/** No key, and no time limit to speak of. */
export const unconditionally: InsertCondition = { attempt: undefined, notAfter: new Date('2099-01-01') }

export async function insertRow(db: Database, row: NewClipRow): Promise<void> {
  if (!(await insertClip(db, row, unconditionally))) throw new Error(`the id ${row.id} is used`)
}

/** Changes a clip, whatever has changed it. */
export async function editRow(db: Database, id: string, change: ClipChange): Promise<ClipRow | undefined> {
  return await updateClip(db, id, change, await readRow(db, id))
}

/** Deletes a clip, whatever has changed it. */
export async function deleteRow(db: Database, id: string): Promise<void> {
  await deleteClipRow(db, id, await readRow(db, id))
}

async function readRow(db: Database, id: string): Promise<ClipRow> {
  const row = await selectClip(db, id)
  if (!row) throw new Error(`there is no clip ${id}`)
  return row
}
