/**
 * Conditional changes of a clip (RFC 9110 §13.2.2). The JSON has no date, because a play changes it without one,
 * so conditions with a date are ignored (§13.1.3, §13.1.4).
 */
import type { ClipRow } from '../db/schema.ts'
import { parseTags } from '../http/conditions.ts'
import { Problem } from '../http/problem.ts'
import { revisionOf } from './clip.ts'

/** The revisions of a clip that a change applies to: only these, or all except these. */
type Revisions = { only: number[] } | { except: number[] }

/** For a change: the revisions that it applies to. Only the revision in an ETag is compared. */
function expectedRevisions(headers: Headers): Revisions {
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
function isExpected(expected: Revisions, revision: number): boolean {
  return 'only' in expected ? expected.only.includes(revision) : !expected.except.includes(revision)
}

/** How often a change begins again because another one came between its read and its write. */
const maxTries = 10

/**
 * Reads a clip and changes it as it was read. `change` is undefined if another change came between: then both are
 * done again. So a change never applies to a clip that it has not seen, even if its statement takes effect long after its
 * request. Throws 412 if the clip is at a revision that the request does not expect.
 */
export async function changeAsRead<Result>(
  headers: Headers,
  read: () => Promise<ClipRow>,
  change: (before: ClipRow) => Promise<Result | undefined>,
): Promise<Result> {
  const expected = expectedRevisions(headers)
  for (let tries = 0; tries < maxTries; tries += 1) {
    const before = await read()
    if (!isExpected(expected, before.revision)) throw editConflict()
    const result = await change(before)
    if (result !== undefined) return result
  }
  throw new Problem('database-unavailable', { cause: 'other edits of the clip came between each time' })
}

function editConflict(): Problem {
  return new Problem('edit-conflict', {
    detail: 'The clip does not match `If-Match` or `If-None-Match`. Read it again.',
  })
}

function revisionsOf(tags: string[]): number[] {
  return tags.map(revisionOf).filter((revision) => revision !== undefined)
}
