/**
 * Conditions and ranges of RFC 9110 (§13, §14) for audio.
 *
 * A cache may apply them in another order, supports `If-Range` in part, and does not support several ranges. So they are
 * decided here, in front of it. The cache, or R2, gets plain requests: the whole, one range, or HEAD. Its answer gives the
 * audio's tag, date and size, and these decide.
 */
import {
  evaluatePreconditions,
  notModified,
  parseHttpDate,
  passesIfRange,
  type Validators,
} from '../http/conditions.ts'
import { Problem } from '../http/problem.ts'
import { layOutByteranges, sendByteranges } from './multipartByteranges.ts'
import {
  parseContentRange,
  parseRange,
  selectParts,
  unsatisfiedRange,
  type Part,
  type RangeSpec,
} from './range.ts'

/** The audio that a request is about (RFC 9110 §3.2), and its size in bytes. */
export type Representation = Validators & { size: number }

export type Decision =
  | { answer: 'whole' }
  | { answer: 'part'; part: Part }
  | { answer: 'parts'; parts: Part[] }
  | { answer: 'not-modified' }
  | { answer: 'precondition-failed' }
  | { answer: 'unsatisfiable' }

/** Decides on 200, 206, 304, 412 or 416: preconditions first, then `If-Range`, then `Range` (§13.2.2). Pure. */
export function decide(method: string, headers: Headers, current: Representation): Decision {
  const verdict = evaluatePreconditions(headers, current)
  if (verdict !== 'proceed') return { answer: verdict }
  // Range is defined for GET only (§14.2).
  const specs =
    method === 'GET' && passesIfRange(headers, current) ? parseRange(headers.get('Range')) : undefined
  const parts = specs && selectParts(specs, current.size)
  if (parts === undefined) return { answer: 'whole' }
  const [first, ...others] = parts
  if (!first) return { answer: 'unsatisfiable' }
  return others.length === 0 ? { answer: 'part', part: first } : { answer: 'parts', parts }
}

/** Answers a plain request with 200, 206 or 416, or throws a Problem. */
export type FetchPlain = (plain: {
  method: 'GET' | 'HEAD'
  range: RangeSpec | undefined
}) => Promise<Response>

/** A response, and the work of sending its body if that goes on (several ranges). */
export type Served = { response: Response; sending?: Promise<void> }

/**
 * Answers a GET or HEAD. The first plain request is the one whose response most likely fits as it is: then it is the only
 * one. A second one follows if it did not fit.
 */
export async function serveConditional(request: Request, fetchPlain: FetchPlain): Promise<Served> {
  const plain = likelyRequest(request)
  const first = await fetchPlain(plain)
  // A 416 of a cache may tell the size only.
  const described = representationOf(first) ? first : await fetchPlain({ method: 'HEAD', range: undefined })
  const current = representationOf(described)
  if (!current) throw new Problem('storage-unavailable', { cause: 'the audio has no tag' })
  const decision = decide(request.method, request.headers, current)
  if (plain.method === 'GET' && fits(first, decision)) return { response: first }
  await first.body?.cancel()
  return await carryOut(decision, request.method, described, current.size, fetchPlain)
}

/** Several ranges need the size before they can be selected, so that request begins with HEAD. */
function likelyRequest(request: Request): Parameters<FetchPlain>[0] {
  const specs = request.method === 'HEAD' ? undefined : parseRange(request.headers.get('Range'))
  const needsSize = request.method === 'HEAD' || (specs !== undefined && specs.length > 1)
  return needsSize ? { method: 'HEAD', range: undefined } : { method: 'GET', range: specs?.[0] }
}

/** What a response tells about the audio; undefined if it is not enough. */
function representationOf(response: Response): Representation | undefined {
  const etag = response.headers.get('ETag')
  const lastModified = parseHttpDate(response.headers.get('Last-Modified') ?? '')
  const ranged = parseContentRange(response.headers.get('Content-Range'))
  const size = ranged?.size ?? Number(response.headers.get('Content-Length') ?? NaN)
  if (etag === null || lastModified === undefined || Number.isNaN(size)) return undefined
  return { etag, lastModified, size }
}

/** Whether a response is already the one that was decided on. */
function fits(response: Response, decision: Decision): boolean {
  if (decision.answer === 'whole') return response.status === 200
  if (decision.answer !== 'part') return false
  const part = parseContentRange(response.headers.get('Content-Range'))?.part
  return part !== undefined && part.offset === decision.part.offset && part.length === decision.part.length
}

async function carryOut(
  decision: Decision,
  method: string,
  described: Response,
  size: number,
  fetchPlain: FetchPlain,
): Promise<Served> {
  if (decision.answer === 'precondition-failed') throw new Problem('precondition-failed')
  if (decision.answer === 'unsatisfiable') throw unsatisfiable(size)
  if (decision.answer === 'not-modified') return { response: notModified(described.headers) }
  if (decision.answer === 'parts') return sendParts(decision.parts, described.headers, size, fetchPlain)
  if (decision.answer === 'whole' && method === 'HEAD') return { response: described }
  const range = decision.answer === 'part' ? toSpec(decision.part) : undefined
  return { response: await fetchPlain({ method: 'GET', range }) }
}

function unsatisfiable(size: number): Problem {
  return new Problem('unsatisfiable-range', {
    detail: `The audio has ${size} bytes.`,
    headers: { 'Content-Range': unsatisfiedRange(size), 'Accept-Ranges': 'bytes' },
  })
}

/** A 206 with several parts, whose body is sent while it is read. */
function sendParts(parts: Part[], described: Headers, size: number, fetchPlain: FetchPlain): Served {
  const contentType = described.get('Content-Type') ?? 'application/octet-stream'
  const layout = layOutByteranges(parts, size, contentType, crypto.randomUUID())
  const { readable, writable } = new FixedLengthStream(layout.length)
  const sending = sendByteranges(layout, async (part) => await openPart(part, fetchPlain), writable)
  const headers = new Headers(described)
  headers.set('Content-Type', layout.contentType)
  headers.set('Content-Length', String(layout.length))
  headers.delete('Content-Range')
  return { response: new Response(readable, { status: 206, headers }), sending }
}

async function openPart(part: Part, fetchPlain: FetchPlain): Promise<ReadableStream> {
  const response = await fetchPlain({ method: 'GET', range: toSpec(part) })
  if (response.status !== 206 || !response.body) throw new Error(`a part came with status ${response.status}`)
  return response.body
}

function toSpec({ offset, length }: Part): RangeSpec {
  return { first: offset, last: offset + length - 1 }
}
