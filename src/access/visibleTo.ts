import type { Visible } from '../db/clips.ts'
import { isAdmin, type Caller } from './scope.ts'

/** Which clips a caller may find: public ones, their own with the scope `read`, all as admin. Pure. */
export function visibleTo(caller: Caller): Visible {
  if (isAdmin(caller)) return 'all'
  return caller.keyId !== null && caller.scopes.has('read') ? { ownedBy: caller.keyId } : 'public'
}
