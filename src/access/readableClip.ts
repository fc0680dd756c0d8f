import type { Database } from '../db/connection.ts'
import { selectClip } from '../db/clips.ts'
import type { ClipRow } from '../db/clipTable.ts'
import { Problem } from '../http/problem.ts'
import { mayChange, mayRead, type Caller, type Owned } from './scope.ts'

/** The clip, if the caller may read it: 404 if they may not know of it, 403 if it is theirs but the key may not read. */
export async function readableClip(database: Database, id: string, caller: Caller): Promise<ClipRow> {
  return ifReadable(await selectClip(database, id), caller)
}

/** The same for what has been selected of a clip already. */
export function ifReadable<Selected extends Owned>(selected: Selected | undefined, caller: Caller): Selected {
  const verdict = selected ? mayRead(caller, selected) : 'unknown'
  if (!selected || verdict === 'unknown') throw new Problem('clip-not-found')
  if (verdict === 'no') throw new Problem('forbidden', { detail: 'This needs a key with the scope `read`.' })
  return selected
}

/** The clip, if the caller may change it: 404 if they may not know of it, 403 if it is somebody else's. */
export async function changeableClip(database: Database, id: string, caller: Caller): Promise<ClipRow> {
  const row = await selectClip(database, id)
  const verdict = row ? mayChange(caller, row) : 'unknown'
  if (!row || verdict === 'unknown') throw new Problem('clip-not-found')
  if (verdict === 'no') throw new Problem('forbidden', { detail: 'The clip belongs to another key.' })
  return row
}
