/**
 * Conditional requests about a clip's JSON, in the order of RFC 9110 §13.2.2. Pure. We tell no date of it (a play
 * changes it and has none), so conditions with a date are ignored, as §13.1.3 and §13.1.4 have it.
 */
import type { Revisions } from '../db/edits.ts'
import type { ClipRow } from '../db/clipTable.ts'
import { evaluatePreconditions, parseTags, type Verdict } from '../http/conditions.ts'
import { clipTag, revisionOf } from './clip.ts'

/** For those who read it: by the whole tag. */
export function verdictOnReading(headers: Headers, row: ClipRow): Verdict {
  return evaluatePreconditions(headers, { etag: clipTag(row), lastModified: undefined })
}

/** For those who change it: the revisions that they mean. Only the edit that a tag is of counts (`clipTag`). */
export function revisionsMeant(headers: Headers): Revisions {
  const ifMatch = headers.get('If-Match')?.trim() ?? '*'
  const ifNoneMatch = headers.get('If-None-Match')?.trim() ?? ''
  // The clip is there, or there would be nothing to change: that is what * must not match.
  if (ifNoneMatch === '*') return { only: [] }
  // Weak comparison for If-None-Match, strong for If-Match, to which a weak tag is none of ours (§13.1.1, §13.1.2).
  const except = revisions(parseTags(ifNoneMatch).map((tag) => tag.replace(/^W\//, '')))
  if (ifMatch === '*') return { except }
  return { only: revisions(parseTags(ifMatch)).filter((revision) => !except.includes(revision)) }
}

/** Whether a revision is among those that are meant. */
export function isMeant(meant: Revisions, revision: number): boolean {
  return 'only' in meant ? meant.only.includes(revision) : !meant.except.includes(revision)
}

function revisions(tags: string[]): number[] {
  return tags.map(revisionOf).filter((revision) => revision !== undefined)
}
