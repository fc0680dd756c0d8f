/** Conditional requests (RFC 9110 §13) and HTTP dates (§5.6.7). Pure. */

/** The validators that conditions are compared with. */
export type Validators = {
  /** A strong entity tag, with its quotes. */
  etag: string
  /**
   * Seconds since 1970, the resolution of HTTP dates. Undefined if the resource has no date: conditions with a date are
   * then ignored (§13.1.3, §13.1.4).
   */
  lastModified: number | undefined
}

/** Whether the request proceeds, or the status that replaces its response. */
export type Verdict = 'proceed' | 'not-modified' | 'precondition-failed'

/** Evaluates the preconditions of a GET or HEAD in the order of §13.2.2; `If-Range` comes after them. */
export function evaluatePreconditions(headers: Headers, current: Validators): Verdict {
  if (!passesMatch(headers, current)) return 'precondition-failed'
  return passesNoneMatch(headers, current) ? 'proceed' : 'not-modified'
}

/** Steps 1 and 2: `If-Match`, or without one `If-Unmodified-Since`. */
function passesMatch(headers: Headers, current: Validators): boolean {
  const ifMatch = headers.get('If-Match')
  if (ifMatch !== null) {
    // Strong comparison: our tags are strong, and a weak tag equals none of them (§8.8.3.2).
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

/** A 304 repeats these headers of the 200 (§15.4.5). */
export function notModified(described: Headers): Response {
  const repeated = [...described].filter(([name]) => ['etag', 'cache-control', 'age', 'vary'].includes(name))
  return new Response(null, { status: 304, headers: repeated })
}

/** Step 5: whether `Range` applies. A date must be exactly the one that was sent (§13.1.5). */
export function passesIfRange(headers: Headers, current: Validators): boolean {
  const ifRange = headers.get('If-Range')
  if (ifRange === null) return true
  const date = parseHttpDate(ifRange.trim())
  return ifRange.trim() === current.etag || (date !== undefined && date === current.lastModified)
}

/** The tags of a list (§8.8.3). A malformed list has none, so that it matches nothing. */
export function parseTags(list: string): string[] {
  // obs-text may be any character: workerd decodes header bytes as UTF-8.
  const element = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*")[ \t]*)?(?:,|$)/y
  const tags: string[] = []
  while (element.lastIndex < list.length) {
    const match = element.exec(list)
    if (!match) return []
    if (match[1] !== undefined) tags.push(match[1])
  }
  return tags
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const month = `(?<month>${months.join('|')})`
const day = '(?<day>\\d{2})'
const time = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'

const formats = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ${day} ${month} (?<year>\\d{4}) ${time} GMT$`),
  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ${day}-${month}-(?<year>\\d{2}) ${time} GMT$`),
  // asctime: Sun Nov  6 08:49:37 1994
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
]

/**
 * Seconds since 1970 of an HTTP date in one of its three formats (§5.6.7); undefined for anything else. `Date.parse`
 * would accept ISO dates, numbers and the 31st of February.
 */
export function parseHttpDate(text: string, nowMs: number = Date.now()): number | undefined {
  const match = formats.map((format) => format.exec(text)).find((result) => result !== null)
  const { year, month: name, day: dayText, hour, minute, second } = match?.groups ?? {}
  if (!year || !name || !dayText) return undefined
  const fullYear =
    year.length === 2 ? nearestYear(Number(year), new Date(nowMs).getUTCFullYear()) : Number(year)
  const dayOfMonth = Number(dayText)
  const midnight = new Date(0)
  midnight.setUTCFullYear(fullYear, months.indexOf(name), dayOfMonth)
  // The 31st of February would be a day in March.
  if (midnight.getUTCDate() !== dayOfMonth) return undefined
  return midnight.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
}

/** A two-digit year that is more than 50 years ahead is in the past (§5.6.7). */
function nearestYear(twoDigits: number, thisYear: number): number {
  const year = thisYear - (thisYear % 100) + twoDigits
  return year > thisYear + 50 ? year - 100 : year
}
