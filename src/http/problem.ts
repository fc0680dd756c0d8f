/** The one error type of this service, rendered as RFC 9457 problem details. It is thrown where the fact is known. */
import type { ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describeError, logLine } from './log.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** The problem that was answered, if any. */
    problem: ProblemName | undefined
  }
}

/** Registered problem types for digest fields (draft-ietf-httpapi-digest-fields-problem-types). */
const iana = 'https://iana.org/assignments/http-problem-types#'
const ours = 'urn:clips:problem:'

/** Every problem that the API answers with: its stable name, its status and its title. */
export const problemTypes = {
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'malformed-form': { status: 400, title: 'The body is not a valid multipart form' },
  'malformed-request': { status: 400, title: 'The request is malformed' },
  'bad-cursor': { status: 400, title: 'The cursor does not belong to this query' },
  'bad-idempotency-key': { status: 400, title: 'The Idempotency-Key is malformed' },
  'digest-unsupported-algorithms': { status: 400, title: 'Unsupported hashing algorithms', type: iana },
  'digest-invalid-values': { status: 400, title: 'Invalid digest values', type: iana },
  'digest-mismatching-values': { status: 400, title: 'Mismatching digest values', type: iana },
  unauthorized: { status: 401, title: 'A valid API key is required' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  'link-expired': { status: 403, title: 'The link has expired' },
  'not-found': { status: 404, title: 'Nothing is at this URL' },
  'key-not-found': { status: 404, title: 'The API key does not exist' },
  'clip-not-found': { status: 404, title: 'The clip does not exist' },
  'waveform-not-found': { status: 404, title: 'The clip has no waveform' },
  'method-not-allowed': { status: 405, title: 'This URL does not support the method' },
  'duplicate-audio': { status: 409, title: 'The library already has this audio' },
  'request-in-progress': { status: 409, title: 'A request with this Idempotency-Key is in progress' },
  'edit-conflict': { status: 412, title: 'The clip has changed since it was read' },
  'precondition-failed': { status: 412, title: 'A precondition of the request failed' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'not-audio': { status: 415, title: 'The bytes are not audio of a known format' },
  'unsupported-body': { status: 415, title: 'The content type of the body is not supported here' },
  'unsatisfiable-range': { status: 416, title: 'The range lies outside the audio' },
  'damaged-audio': { status: 422, title: 'The audio is cut short, or declares something impossible' },
  'invalid-fields': { status: 422, title: 'Some fields or parameters are invalid' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'source-refused': { status: 422, title: 'Audio is not fetched from this URL' },
  'source-failed': { status: 422, title: 'The URL does not deliver its audio' },
  'too-many-requests': { status: 429, title: 'Too many requests; retry later' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  'database-unavailable': { status: 503, title: 'The database is unavailable; retry shortly' },
  'storage-unavailable': { status: 503, title: 'The audio storage is unavailable; retry shortly' },
  misconfigured: { status: 503, title: 'The service is not configured completely' },
} as const

/** The stable name of a problem. Its `type` is `urn:clips:problem:<name>`, or a registered URI. */
export type ProblemName = keyof typeof problemTypes

/** Where an invalid value stands: a JSON pointer into the body (RFC 6901), or the name of a parameter or header. */
export type Place = { pointer: string } | { parameter: string } | { header: string }

/** One invalid value: where it stands, and what it must be. */
export type FieldError = Place & { detail: string }

type ProblemOptions = {
  /** What is wrong in this request, for its sender. */
  detail?: string | undefined
  errors?: FieldError[]
  /** Further members of this problem type (RFC 9457 §3.2). */
  members?: Record<string, unknown>
  /** Headers that the response must carry, such as `Allow`. */
  headers?: Record<string, string>
  /** What failed underneath. It goes to the log only. */
  cause?: unknown
}

/** An error with its HTTP response: `throw new Problem('clip-not-found')`. */
export class Problem extends Error {
  readonly problem: ProblemName
  readonly status: (typeof problemTypes)[ProblemName]['status']
  readonly detail: string | undefined
  readonly errors: FieldError[] | undefined
  readonly members: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(problem: ProblemName, options: ProblemOptions = {}) {
    super(options.detail ?? problemTypes[problem].title, { cause: options.cause })
    this.name = 'Problem'
    this.problem = problem
    this.status = problemTypes[problem].status
    this.detail = options.detail
    this.errors = options.errors
    this.members = options.members ?? {}
    this.headers = { ...(this.status === 503 && { 'Retry-After': '5' }), ...options.headers }
  }
}

/** The `type` of a problem. It does not depend on the host. */
export function problemType(problem: ProblemName): string {
  const described = problemTypes[problem]
  return ('type' in described ? described.type : ours) + problem
}

/** The response to a problem (RFC 9457 §3). It is never cached, and `cause` stays out of it. */
export function renderProblem(problem: Problem, requestId: string | undefined): Response {
  const body = {
    type: problemType(problem.problem),
    title: problemTypes[problem.problem].title,
    status: problem.status,
    detail: problem.detail,
    request_id: requestId,
    errors: problem.errors,
    ...problem.members,
  }
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...problem.headers,
  }
  return new Response(JSON.stringify(body), { status: problem.status, headers })
}

/**
 * Renders what a route threw. `translate` turns the errors of lower layers into problems. Anything else is a 500, whose
 * cause goes to the log and not to the client.
 */
export function renderErrors(translate: (error: unknown) => Problem | undefined): ErrorHandler {
  return (error, c) => {
    const problem = error instanceof Problem ? error : (translate(error) ?? fromFramework(error))
    const requestId: string | undefined = c.get('requestId')
    c.set('problem', problem.problem)
    if (problem.status >= 500) {
      logLine('error', problem.problem, { request_id: requestId, error: describeError(error) })
    }
    return renderProblem(problem, requestId)
  }
}

function fromFramework(error: unknown): Problem {
  const isOfClient = error instanceof HTTPException && error.status < 500
  return new Problem(isOfClient ? 'malformed-request' : 'internal-error', { cause: error })
}

/** The name of every problem, in the order of the table. */
export const problemNames = Object.keys(problemTypes).filter(isProblemName)

function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(problemTypes, name)
}
