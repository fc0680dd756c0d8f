/**
 * Conditional requests about a clip's JSON (RFC 9110 §13.2.2). The JSON has no date, because a play changes it without one,
 * so conditions with a date are ignored (§13.1.3, §13.1.4).
 */
import { selectClip, type Revisions } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import type { ClipRow } from '../db/schema.ts'
import { evaluatePreconditions, parseTags, type Verdict } from '../http/conditions.ts'
import { Problem } from '../http/problem.ts'
import { clipETag, revisionOf } from './clip.ts'

/** For a read: the whole ETag is compared. */
export function evaluateRead(headers: Headers, row: ClipRow): Verdict {
  return evaluatePreconditions(headers, { etag: clipETag(row), lastModified: undefined })
}

/** For a change: the revisions that it applies to. Only the revision in an ETag is compared. */
export function expectedRevisions(headers: Headers): Revisions {
  const ifMatch = headers.get('If-Match')?.trim() ?? '*'
  const ifNoneMatch = headers.get('If-None-Match')?.trim() ?? ''
  // `*` matches any clip that exists, and then the change must not happen.
  if (ifNoneMatch === '*') return { only: [] }
  // If-None-Match compares weakly, If-Match strongly: a weak tag is none of ours (§13.1.1, §13.1.2).
  const except = revisionsOf(parseTags(ifNoneMatch).map((tag) => tag.replace(/^W\//, '')))
  if (ifMatch === '*') return { except }
  return { only: revisionsOf(parseTags(ifMatch)).filter((revision) => !except.includes(revision)) }
}

/** Whether a change applies to this revision. */
export function isExpected(expected: Revisions, revision: number): boolean {
  return 'only' in expected ? expected.only.includes(revision) : !expected.except.includes(revision)
}

/** The clip is at another revision than the request expects. */
export function editConflict(): Problem {
  return new Problem('edit-conflict', {
    detail: 'The clip does not match `If-Match` or `If-None-Match`. Read it again.',
  })
}

/** Why a statement has changed nothing: another edit came first, or a deletion. */
export async function conflictOrNotFound(db: Database, id: string): Promise<Problem> {
  return (await selectClip(db, id)) ? editConflict() : new Problem('clip-not-found')
}

function revisionsOf(tags: string[]): number[] {
  return tags.map(revisionOf).filter((revision) => revision !== undefined)
}
