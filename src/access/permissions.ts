/** What a key allows, and which clips its holder may read and change. */
import { z } from '@hono/zod-openapi'
import { selectClip } from '../db/clips.ts'
import type { Visible } from '../db/clipScope.ts'
import type { Database } from '../db/connection.ts'
import type { ClipRow } from '../db/schema.ts'
import { Problem } from '../http/problem.ts'

export const Scope = z.enum(['read', 'write', 'admin']).openapi({
  description:
    '`read`: private clips of the same key. `write`: create clips, change and delete those of the same key. ' +
    '`admin`: everything.',
})

export type Scope = z.output<typeof Scope>

/** Who sends the request. `keyId` is null without a key, and for `ADMIN_KEY`. */
export type Caller = { keyId: string | null; scopes: ReadonlySet<Scope> }

export const anonymous: Caller = { keyId: null, scopes: new Set() }
export const settingsAdmin: Caller = { keyId: null, scopes: new Set(['read', 'write', 'admin']) }

/** What permission depends on. A clip without an owner was created with `ADMIN_KEY` and belongs to admins. */
export type Owned = { ownerId: string | null; visibility: 'public' | 'private' }

export function isAdmin(caller: Caller): boolean {
  return caller.scopes.has('admin')
}

function owns(caller: Caller, clip: Owned): boolean {
  return caller.keyId !== null && caller.keyId === clip.ownerId
}

/** Whether the caller may see and hear a clip; `unknown` if they must not learn that it exists. */
export function mayRead(caller: Caller, clip: Owned): 'yes' | 'no' | 'unknown' {
  if (clip.visibility === 'public' || isAdmin(caller)) return 'yes'
  if (!owns(caller, clip)) return 'unknown'
  return caller.scopes.has('read') ? 'yes' : 'no'
}

/** Whether the caller may change a clip, if their key has the scope `write`. */
export function mayChange(caller: Caller, clip: Owned): 'yes' | 'no' | 'unknown' {
  if (isAdmin(caller) || owns(caller, clip)) return 'yes'
  return clip.visibility === 'public' ? 'no' : 'unknown'
}

/** Which clips the caller finds in lists: public ones, with `read` also their own, as admin all. */
export function visibleTo(caller: Caller): Visible {
  if (isAdmin(caller)) return 'all'
  return caller.keyId !== null && caller.scopes.has('read') ? { ownedBy: caller.keyId } : 'public'
}

/** The clip, if the caller may read it. Throws 404 if they must not know of it, 403 if their key may not read. */
export async function readableClip(db: Database, id: string, caller: Caller): Promise<ClipRow> {
  return requireReadable(await selectClip(db, id), caller)
}

/** The same for a clip that has been selected already. */
export function requireReadable<Selected extends Owned>(
  selected: Selected | undefined,
  caller: Caller,
): Selected {
  const verdict = selected ? mayRead(caller, selected) : 'unknown'
  if (!selected || verdict === 'unknown') throw new Problem('clip-not-found')
  if (verdict === 'no') throw mayNotRead()
  return selected
}

/** The answer to an owner whose key has no `read`. They know of the clip: they created it. */
export function mayNotRead(): Problem {
  return new Problem('forbidden', { detail: 'This requires a key with the scope `read`.' })
}

/** The clip, if the caller may change it. Throws 404 if they must not know of it, 403 if another key owns it. */
export async function changeableClip(db: Database, id: string, caller: Caller): Promise<ClipRow> {
  const row = await selectClip(db, id)
  const verdict = row ? mayChange(caller, row) : 'unknown'
  if (!row || verdict === 'unknown') throw new Problem('clip-not-found')
  if (verdict === 'no') throw new Problem('forbidden', { detail: 'The clip belongs to another key.' })
  return row
}
