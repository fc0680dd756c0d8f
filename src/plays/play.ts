/** What counts as a play. Pure. Published in README.md beside this file and in the documentation. */
import type { Part, RangeSpec } from '../audio/range.ts'

/** Why a request for audio is no play. A second start within the window is told apart later, from all the starts. */
export const rejections = {
  'not-get': 'only GET fetches audio: HEAD looks',
  'not-modified': 'a 304: the client has the audio already and only asked whether it changed',
  'precondition-failed': 'a 412: nothing was sent',
  unsatisfiable: 'a 416: nothing was sent',
  failed: 'any other answer than 200 or 206',
  prefetch: 'a browser fetched ahead of its user (`Sec-Purpose` or `Purpose` with prefetch or prerender)',
  'no-user-agent': 'without a user agent listeners cannot be told apart, and no player goes without',
  bot: 'by its user agent a crawler, a library or a tool, and no known audio player',
  'not-from-start': 'the answer does not begin at byte 0: a seek, a resumption, a look at the tail',
  probe: 'at most the first two bytes, by which players find out whether ranges work',
} as const

export type Rejection = keyof typeof rejections
export type Verdict = { counts: true } | { rejected: Rejection }

/** Who asks, by the user agent alone. */
export type Agent = 'listener' | 'bot' | 'none'

/** All that the rule looks at. */
export type Start = {
  method: string
  status: number
  /** `Sec-Purpose` and `Purpose`, as they came. */
  purposes: (string | undefined)[]
  agent: Agent
  /** `Range` as parsed; undefined without one, and for one that is to be ignored. */
  asked: RangeSpec[] | undefined
  /** `Content-Range` of the answer; undefined for the whole, and for several parts. */
  sent: Part | undefined
}

/**
 * A play is a GET whose successful answer begins at byte 0 and is more than a player's probe, by a listener and not
 * ahead of one. (So is each later start, if a window lies between it and the last play: see `recordPlays`.)
 */
export function judge(start: Start): Verdict {
  const rejected = rejectionOf(start)
  return rejected === undefined ? { counts: true } : { rejected }
}

function rejectionOf(start: Start): Rejection | undefined {
  if (start.method !== 'GET') return 'not-get'
  if (start.status !== 200 && start.status !== 206) return rejectionOfStatus(start.status)
  if (start.purposes.some(isAheadOfUser)) return 'prefetch'
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

/** A structured field item such as `prefetch;prerender` (Fetch, `Sec-Purpose`); `Purpose` is its ancestor. */
function isAheadOfUser(purpose: string | undefined): boolean {
  const words = (purpose ?? '').toLowerCase().split(/[\s;,]+/)
  return words.includes('prefetch') || words.includes('prerender')
}

function beginsAtZero({ status, asked, sent }: Start): boolean {
  if (status === 200) return true
  if (sent) return sent.offset === 0
  // Several parts come in the order asked for.
  const first = asked?.[0]
  return first !== undefined && 'first' in first && first.first === 0
}

/** Safari asks for `bytes=0-1` first. A 200 in answer to that is the whole audio all the same. */
function isProbe({ status, asked }: Start): boolean {
  if (status !== 206 || !asked) return false
  return asked.every((range) => 'first' in range && range.last !== undefined && range.last <= 1)
}
