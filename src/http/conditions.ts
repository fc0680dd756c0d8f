/** Conditional requests, RFC 9110 §13. Pure. */
import { parseHttpDate } from './httpDate.ts'

/** What conditions are compared with. */
export type Validators = {
  /** A strong entity tag, quotes and all. */
  etag: string
  /**
   * Seconds since 1970: HTTP knows no finer time. Undefined where none is told: conditions with a date are ignored
   * then, as they must be (§13.1.3, §13.1.4).
   */
  lastModified: number | undefined
}

/** Whether the method is to be carried out, or which answer takes its place. */
export type Verdict = 'go-on' | 'not-modified' | 'precondition-failed'

/** Evaluates the preconditions of a GET or HEAD in the order of §13.2.2; `If-Range` comes after them. */
export function evaluatePreconditions(headers: Headers, current: Validators): Verdict {
  if (!passesMatch(headers, current)) return 'precondition-failed'
  return passesNoneMatch(headers, current) ? 'go-on' : 'not-modified'
}

/** Steps 1 and 2: `If-Match`, or without one `If-Unmodified-Since`. */
function passesMatch(headers: Headers, current: Validators): boolean {
  const ifMatch = headers.get('If-Match')
  if (ifMatch !== null) {
    // Strong comparison: ours is strong, so a weak one never equals it (§8.8.3.2).
    return ifMatch.trim() === '*' || parseTags(ifMatch).includes(current.etag)
  }
  const since = parseHttpDate(headers.get('If-Unmodified-Since') ?? '')
  return since === undefined || current.lastModified === undefined || current.lastModified <= since
}

/** Steps 3 and 4: `If-None-Match`, or without one `If-Modified-Since`. */
function passesNoneMatch(headers: Headers, current: Validators): boolean {
  const ifNoneMatch = headers.get('If-None-Match')
  if (ifNoneMatch !== null) {
    if (ifNoneMatch.trim() === '*') return false
    // Weak comparison: with or without W/.
    return !parseTags(ifNoneMatch).some((tag) => tag.replace(/^W\//, '') === current.etag)
  }
  const since = parseHttpDate(headers.get('If-Modified-Since') ?? '')
  return since === undefined || current.lastModified === undefined || current.lastModified > since
}

/** Step 5: whether `Range` is to be honoured. A date counts only if it is exactly the one we sent (§13.1.5). */
export function passesIfRange(headers: Headers, current: Validators): boolean {
  const ifRange = headers.get('If-Range')
  if (ifRange === null) return true
  const date = parseHttpDate(ifRange.trim())
  return ifRange.trim() === current.etag || (date !== undefined && date === current.lastModified)
}

/** The tags of a list (§8.8.3); none if the list is malformed, so that it matches nothing. */
export function parseTags(list: string): string[] {
  // obs-text may be any character here: workerd decodes header bytes as UTF-8.
  const element = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*")[ \t]*)?(?:,|$)/y
  const tags: string[] = []
  while (element.lastIndex < list.length) {
    const match = element.exec(list)
    if (!match) return []
    if (match[1] !== undefined) tags.push(match[1])
  }
  return tags
}
