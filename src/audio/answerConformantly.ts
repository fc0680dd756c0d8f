/**
 * RFC 9110's conditions and ranges, on top of something that only answers plain questions.
 *
 * A cache knows little of conditions, less of `If-Range` and nothing of several ranges, and what it does know it
 * may apply in another order. So all that is decided here, in front of it: the cache, or R2, is asked for the whole or
 * for one range, and what it says of the audio (its tag, date and size) decides on the answer.
 */
import { parseHttpDate } from '../http/httpDate.ts'
import { Problem } from '../http/problem.ts'
import { decide, type Decision, type Representation } from './decide.ts'
import { layOutByteranges, sendByteranges } from './multipartByteranges.ts'
import { parseContentRange, parseRange, unsatisfiedRange, type Part, type RangeSpec } from './range.ts'

/** A plain question: no conditions, at most one range. */
export type PlainQuestion = { method: 'GET' | 'HEAD'; range: RangeSpec | undefined }
/** Who answers plain questions: with 200, 206 or 416, or by throwing a Problem. */
export type AskAudio = (question: PlainQuestion) => Promise<Response>

/** An answer; `sending` is there while its body is still being put together. */
export type Answer = { response: Response; sending?: Promise<void> }

const whole: PlainQuestion = { method: 'GET', range: undefined }
const description: PlainQuestion = { method: 'HEAD', range: undefined }

/**
 * Answers a GET or HEAD. The first question is chosen so that its answer is most likely the one to send on: one
 * question for the whole, one range or a condition; a second one only if the first was not to the point.
 */
export async function answerConformantly(request: Request, ask: AskAudio): Promise<Answer> {
  const question = likelyQuestion(request)
  const first = await ask(question)
  // A 416 may come from a cache that says no more than the size.
  const describing = describes(first) ? first : await ask(description)
  const current = describes(describing)
  if (!current) throw new Problem('storage-away', { cause: 'the audio came without its tag' })
  const decision = decide(request.method, request.headers, current)
  if (question.method === 'GET' && sends(first, decision)) return { response: first }
  await first.body?.cancel()
  return await carryOut(decision, request.method, describing, current, ask)
}

/** Of several ranges the size must be known before they can be told apart. */
function likelyQuestion(request: Request): PlainQuestion {
  if (request.method === 'HEAD') return description
  const specs = parseRange(request.headers.get('Range'))
  if (!specs || specs.length === 1) return { method: 'GET', range: specs?.[0] }
  return description
}

/** What an answer says of the audio; undefined if not enough. */
function describes(response: Response): Representation | undefined {
  const etag = response.headers.get('ETag')
  const lastModified = parseHttpDate(response.headers.get('Last-Modified') ?? '')
  const ranged = parseContentRange(response.headers.get('Content-Range'))
  const size = ranged?.size ?? Number(response.headers.get('Content-Length') ?? NaN)
  if (etag === null || lastModified === undefined || Number.isNaN(size)) return undefined
  return { etag, lastModified, size }
}

/** Whether the answer at hand is what was decided on. */
function sends(response: Response, decision: Decision): boolean {
  if (decision.answer === 'whole') return response.status === 200
  if (decision.answer !== 'part') return false
  const part = parseContentRange(response.headers.get('Content-Range'))?.part
  return part !== undefined && part.offset === decision.part.offset && part.length === decision.part.length
}

async function carryOut(
  decision: Decision,
  method: string,
  described: Response,
  current: Representation,
  ask: AskAudio,
): Promise<Answer> {
  if (decision.answer === 'precondition-failed') throw new Problem('precondition-failed')
  if (decision.answer === 'unsatisfiable') throw unsatisfiable(current.size)
  if (decision.answer === 'not-modified') return { response: notModified(described.headers) }
  if (decision.answer === 'parts') return sendParts(decision.parts, described.headers, current.size, ask)
  if (decision.answer === 'part')
    return { response: await ask({ method: 'GET', range: asSpec(decision.part) }) }
  return { response: method === 'HEAD' ? described : await ask(whole) }
}

function unsatisfiable(size: number): Problem {
  return new Problem('unsatisfiable-range', {
    detail: `The audio has ${size} bytes.`,
    headers: { 'Content-Range': unsatisfiedRange(size), 'Accept-Ranges': 'bytes' },
  })
}

/** What a 304 repeats of the 200's headers (RFC 9110 §15.4.5); `Vary` is added where it is known. */
function notModified(described: Headers): Response {
  const headers = new Headers()
  for (const name of ['ETag', 'Cache-Control']) headers.set(name, described.get(name) ?? '')
  return new Response(null, { status: 304, headers })
}

/** Several parts in one body, which is sent on as it is read. */
function sendParts(parts: Part[], described: Headers, size: number, ask: AskAudio): Answer {
  const contentType = described.get('Content-Type') ?? 'application/octet-stream'
  const layout = layOutByteranges(parts, size, contentType, crypto.randomUUID())
  const { readable, writable } = new FixedLengthStream(layout.length)
  const sending = sendByteranges(layout, async (part) => await openPart(part, ask), writable)
  const headers = new Headers(described)
  headers.set('Content-Type', layout.contentType)
  headers.set('Content-Length', String(layout.length))
  headers.delete('Content-Range')
  return { response: new Response(readable, { status: 206, headers }), sending }
}

async function openPart(part: Part, ask: AskAudio): Promise<ReadableStream> {
  const response = await ask({ method: 'GET', range: asSpec(part) })
  if (response.status !== 206 || !response.body) throw new Error(`a part came as ${response.status}`)
  return response.body
}

function asSpec({ offset, length }: Part): RangeSpec {
  return { first: offset, last: offset + length - 1 }
}
