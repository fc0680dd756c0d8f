/** The rule of what counts as a play. Pure. README.md and the documentation publish it. */
import type { Part, RangeSpec } from '../audio/range.ts'

/** Why a request for audio is no play. Repeats within the window are recognised later, from all starts. */
export const rejections = {
  'not-get': 'only GET fetches audio, HEAD does not',
  'not-modified': 'a 304: the client has the audio already',
  'precondition-failed': 'a 412: nothing was sent',
  unsatisfiable: 'a 416: nothing was sent',
  failed: 'any other status than 200 or 206',
  prefetch: 'the browser fetches in advance (`Sec-Purpose` or `Purpose` with prefetch or prerender)',
  'no-user-agent': 'without a user agent, listeners cannot be distinguished; every player sends one',
  bot: 'by its user agent a crawler, a library or a tool, and no known player',
  'not-from-start': 'the response does not begin at byte 0: a seek, a resumption, a read of the end',
  probe: 'at most the first two bytes, with which players test whether ranges work',
} as const

export type Rejection = keyof typeof rejections
export type Verdict = { counts: true } | { rejected: Rejection }

/** What kind of client it is, by its user agent. */
export type Agent = 'listener' | 'bot' | 'none'

/** Everything that the rule depends on. */
export type Start = {
  method: string
  status: number
  /** `Sec-Purpose` and `Purpose`, as they came. */
  purposes: (string | undefined)[]
  agent: Agent
  /** `Range`, parsed; undefined without one, or if it is ignored. */
  requested: RangeSpec[] | undefined
  /** `Content-Range` of the response; undefined for the whole, and for several parts. */
  sent: Part | undefined
}

/**
 * A play is a GET whose successful response begins at byte 0 and is more than a player's probe, by a listener and not by a
 * prefetch. A later start is another play if a whole window lies between it and the last one (`recordPlays`).
 */
export function judge(start: Start): Verdict {
  const rejected = rejectionOf(start)
  return rejected === undefined ? { counts: true } : { rejected }
}

function rejectionOf(start: Start): Rejection | undefined {
  if (start.method !== 'GET') return 'not-get'
  if (start.status !== 200 && start.status !== 206) return rejectionOfStatus(start.status)
  if (start.purposes.some(isPrefetch)) return 'prefetch'
  if (start.agent === 'none') return 'no-user-agent'
  if (start.agent === 'bot') return 'bot'
  if (!beginsAtZero(start)) return 'not-from-start'
  return isProbe(start) ? 'probe' : undefined
}

function rejectionOfStatus(status: number): Rejection {
  if (status === 304) return 'not-modified'
  if (status === 412) return 'precondition-failed'
  return status === 416 ? 'unsatisfiable' : 'failed'
}

/** An item such as `prefetch;prerender` (Fetch, `Sec-Purpose`). `Purpose` is its predecessor. */
function isPrefetch(purpose: string | undefined): boolean {
  const words = (purpose ?? '').toLowerCase().split(/[\s;,]+/)
  return words.includes('prefetch') || words.includes('prerender')
}

function beginsAtZero({ status, requested, sent }: Start): boolean {
  if (status === 200) return true
  if (sent) return sent.offset === 0
  // Several parts come in the order of the request.
  const first = requested?.[0]
  return first !== undefined && 'first' in first && first.first === 0
}

/** Safari begins with `bytes=0-1`. A 200 in response to that is the whole audio. */
function isProbe({ status, requested }: Start): boolean {
  if (status !== 206 || !requested) return false
  return requested.every((range) => 'first' in range && range.last !== undefined && range.last <= 1)
}

/** The rule as the documentation shows it. */
export const playRule = `A play is a GET of a stream whose successful response begins at byte 0 and is more than a player's
probe, once for each listener and clip within \`PLAY_WINDOW_SECONDS\` (30 by default): the first start counts, and each
later one if a whole window lies between it and the last that counted. A listener is identified by a hash of address, user
agent and a secret that changes each day (UTC): no address is stored, and no cookie is set. Not counted:

${Object.entries(rejections)
  .map(([name, meaning]) => `- \`${name}\`: ${meaning}.`)
  .join('\n')}
- \`repeat\`: a start within the window of a play by the same listener.

Pages with many clips should use \`preload="none"\`: a player that loads in advance looks like one that plays.`
