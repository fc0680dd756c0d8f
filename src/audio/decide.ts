/** What a request for audio is answered with. Pure. */
import { evaluatePreconditions, passesIfRange, type Validators } from '../http/conditions.ts'
import { parseRange, selectParts, type Part } from './range.ts'

/** The audio that a request is about (RFC 9110 §3.2). */
export type Representation = Validators & {
  /** Bytes. */
  size: number
}

export type Decision =
  | { answer: 'whole' }
  | { answer: 'part'; part: Part }
  | { answer: 'parts'; parts: Part[] }
  | { answer: 'not-modified' }
  | { answer: 'precondition-failed' }
  | { answer: 'unsatisfiable' }

/** Decides on 200, 206, 304, 412 or 416: preconditions first, then `If-Range`, then `Range` (RFC 9110 §13.2.2). */
export function decide(method: string, headers: Headers, current: Representation): Decision {
  const verdict = evaluatePreconditions(headers, current)
  if (verdict !== 'go-on') return { answer: verdict }
  // Range means nothing to HEAD (§14.2).
  const specs =
    method === 'GET' && passesIfRange(headers, current) ? parseRange(headers.get('Range')) : undefined
  if (specs === undefined) return { answer: 'whole' }
  const parts = selectParts(specs, current.size)
  if (parts === undefined) return { answer: 'whole' }
  const [first, ...others] = parts
  if (!first) return { answer: 'unsatisfiable' }
  return others.length === 0 ? { answer: 'part', part: first } : { answer: 'parts', parts }
}
