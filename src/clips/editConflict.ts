/** A change that was meant for the clip as it was, not as it is. */
import { selectClip } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import { Problem } from '../http/problem.ts'

export function editConflict(): Problem {
  return new Problem('edit-conflict', {
    detail: 'It is not as `If-Match` or `If-None-Match` says. Read it again, and decide anew.',
  })
}

/** Why a statement has found nothing to change: an edit or a deletion came first. */
export async function whyUntouched(db: Database, id: string): Promise<Problem> {
  return (await selectClip(db, id)) ? editConflict() : new Problem('clip-not-found')
}
