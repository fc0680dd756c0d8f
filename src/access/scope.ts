/** What a key allows. Pure. */
import { z } from '@hono/zod-openapi'

export const Scope = z.enum(['read', 'write', 'admin']).openapi({
  description:
    "`read`: private clips of one's own. `write`: create clips, change and delete one's own. `admin`: everything.",
})

export type Scope = z.output<typeof Scope>

/** Who is asking: the key's id (null without a key, and for the admin key of the settings) and what it allows. */
export type Caller = { keyId: string | null; scopes: ReadonlySet<Scope> }

export const anonymous: Caller = { keyId: null, scopes: new Set() }
export const settingsAdmin: Caller = { keyId: null, scopes: new Set(['read', 'write', 'admin']) }

/** What ownership is decided on. Clips that the admin key of the settings made belong to admins alone. */
export type Owned = { ownerId: string | null; visibility: 'public' | 'private' }

export function isAdmin(caller: Caller): boolean {
  return caller.scopes.has('admin')
}

function owns(caller: Caller, clip: Owned): boolean {
  return caller.keyId !== null && caller.keyId === clip.ownerId
}

/** Whether they may see and hear it: `yes`, `no` (it is theirs, but the key may not read), or as if it were `unknown`. */
export function mayRead(caller: Caller, clip: Owned): 'yes' | 'no' | 'unknown' {
  if (clip.visibility === 'public' || isAdmin(caller)) return 'yes'
  if (!owns(caller, clip)) return 'unknown'
  return caller.scopes.has('read') ? 'yes' : 'no'
}

/** Whether they may change or delete it, given that their key may write at all. */
export function mayChange(caller: Caller, clip: Owned): 'yes' | 'no' | 'unknown' {
  if (isAdmin(caller) || owns(caller, clip)) return 'yes'
  return clip.visibility === 'public' ? 'no' : 'unknown'
}
