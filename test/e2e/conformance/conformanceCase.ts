/** What a conformance case is: plain data that says what is asked and what the answer must be. */

/** `must` and `should` as the RFC says it; `client` is what media clients need though no RFC demands it. */
export type Level = 'must' | 'should' | 'client'

/** What is known of the clip asked for. A getter throws `NotOffered` where the server offers no such thing. */
export type Facts = {
  readonly bytes: Uint8Array
  readonly size: number
  /** The headers of the 200 to a plain GET, by lower-case name. */
  readonly whole: ReadonlyMap<string, string>
  /** The ETag as it is sent. */
  readonly etag: string
  /** The ETag if it is a strong one. */
  readonly strongTag: string
  /** What stands between the quotes of the ETag. */
  readonly opaque: string
  readonly lastModified: Date
}

/** Thrown where a case needs what the server under test does not offer: the case does not apply to it. */
export class NotOffered extends Error {}

export type FromFacts<Value> = Value | ((facts: Facts) => Value)

export type CaseRequest = {
  method?: string
  /** Header lines exactly as sent, in Latin-1, after `Host`. */
  headers: string[]
  /** The clip itself if not given. */
  to?: 'unknown' | 'empty' | { path: string }
  /** With its question mark. */
  query?: string
  version?: '1.0' | '1.1'
  content?: string
}

/** First and last byte, both included; negative ones count from the end, as in `Array.at`. */
export type Span = [first: number, last: number]

export type Body =
  'whole' | 'none' | { part: Span } | { parts: Span[]; typed?: true } | { atMostTimesWhole: number }

export type Expected = {
  status: number
  headers?: Record<string, string | RegExp | ((facts: Facts) => string)>
  absent?: string[]
  /** These are as in the 200 to a plain GET; where that has none, nothing is demanded. */
  asInWhole?: string[]
  body?: Body
}

export type Exchange = {
  request: FromFacts<CaseRequest>
  /** Of several, any one will do: the RFC leaves it open. */
  expected: FromFacts<Expected | Expected[]>
  /** What Clips holds itself to where the RFC leaves it open. */
  ourReading?: FromFacts<Expected | Expected[]>
}

export type ConformanceCase = {
  name: string
  section: string
  level: Level
  /** Of Clips alone: a general file server need not do it. */
  ours?: true
  /** The case applies only where the server offers this. */
  needs?: 'etag' | 'lastModified'
} & (Exchange | { exchanges: Exchange[]; pipelined?: true })

/** The exchanges of a case, in order. */
export function exchangesOf(conformanceCase: ConformanceCase): Exchange[] {
  return 'exchanges' in conformanceCase ? conformanceCase.exchanges : [conformanceCase]
}

/** Whether the case asks for a file of that kind: an empty one, which Clips never holds, or one that is not there. */
export function asksFor(kind: 'empty' | 'unknown', conformanceCase: ConformanceCase): boolean {
  return exchangesOf(conformanceCase).some(
    ({ request }) => typeof request === 'object' && request.to === kind,
  )
}

export function fromFacts<Value extends object>(value: FromFacts<Value>, facts: Facts): Value {
  return typeof value === 'function' ? value(facts) : value
}
