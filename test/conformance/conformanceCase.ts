/** A conformance case: data with a request, and what the answer must be. */

/** `must` and `should` as in the RFC. `client` is what media clients need although no RFC demands it. */
export type Level = 'must' | 'should' | 'client'

/** Facts about the requested clip. A getter throws `NotOffered` if the server does not offer the validator. */
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

/** Thrown if a case needs what the server under test does not offer: the case does not apply. */
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
  /** These headers are the same as in the 200 to a plain GET, if that has them. */
  asInWhole?: string[]
  body?: Body
}

export type Exchange = {
  request: FromFacts<CaseRequest>
  /** Any one of several: the RFC leaves it open. */
  expected: FromFacts<Expected | Expected[]>
  /** What Clips promises where the RFC leaves it open. */
  ourReading?: FromFacts<Expected | Expected[]>
}

export type ConformanceCase = {
  name: string
  section: string
  level: Level
  /** A case about Clips alone, not about file servers in general. */
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
