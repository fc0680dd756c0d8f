/** The vocabulary of the cases: requests, and common answers. */
import type { CaseRequest, Expected, Span } from '../conformanceCase.ts'

export function get(...headers: string[]): CaseRequest {
  return { headers }
}

export function head(...headers: string[]): CaseRequest {
  return { method: 'HEAD', headers }
}

export function getUnknown(...headers: string[]): CaseRequest {
  return { to: 'unknown', headers }
}

export function getEmpty(...headers: string[]): CaseRequest {
  return { to: 'empty', headers }
}

export const whole: Expected = { status: 200, body: 'whole' }

/** The 200 to a HEAD. */
export const described: Expected = { status: 200, body: 'none' }

export const notModified: Expected = { status: 304, body: 'none' }

export const preconditionFailed: Expected = { status: 412 }

export const notFound: Expected = { status: 404, absent: ['Content-Range'] }

export const badRequest: Expected = { status: 400 }

/** RFC 9110 §15.5.17: a 416 to a byte-range request says how long the representation is. */
export const unsatisfiable: Expected = {
  status: 416,
  headers: { 'Content-Range': ({ size }) => `bytes */${size}` },
}

/** A 416 that rejects a range that cannot be read (§14.2 lets a server ignore or reject it). */
export const rejected: Expected = { status: 416 }

export function part(first: number, last: number): Expected {
  return { status: 206, body: { part: [first, last] } }
}

export function parts(...spans: Span[]): Expected {
  return { status: 206, body: { parts: spans } }
}
