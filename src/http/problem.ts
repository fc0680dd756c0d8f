/** The one error of this service: thrown where the fact is known, rendered once, as RFC 9457 problem details. */

import { z } from 'zod'

/** Where the IETF's problem types for digest fields are registered (draft-ietf-httpapi-digest-fields-problem-types). */
const iana = 'https://iana.org/assignments/http-problem-types#'

/** Every problem that the API can answer with: its stable name, status and title. Documented at /api/docs. */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-form': { status: 400, title: 'The body is not a readable multipart form' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'bad-cursor': { status: 400, title: 'The cursor does not belong to this query' },
  'bad-idempotency-key': { status: 400, title: 'The Idempotency-Key cannot be read' },
  'digest-unsupported-algorithms': { status: 400, title: 'Unsupported hashing algorithms', type: iana },
  'digest-invalid-values': { status: 400, title: 'Invalid digest values', type: iana },
  'digest-mismatching-values': { status: 400, title: 'Mismatching digest values', type: iana },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  'link-expired': { status: 403, title: 'The link is no longer good' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'key-not-found': { status: 404, title: 'There is no such API key' },
  'clip-not-found': { status: 404, title: 'There is no such clip' },
  'method-not-allowed': { status: 405, title: 'This address does not take that method' },
  'duplicate-audio': { status: 409, title: 'This audio is in the library already' },
  'request-in-progress': { status: 409, title: 'A request with this Idempotency-Key is still in progress' },
  'edit-conflict': { status: 412, title: 'The clip has changed since it was read' },
  'precondition-failed': { status: 412, title: 'A precondition of the request does not hold' },
  'too-large': { status: 413, title: 'The body is larger than is accepted' },
  'address-too-long': { status: 414, title: 'The address is too long' },
  'not-audio': { status: 415, title: 'The bytes are not audio of a known format' },
  'unsupported-body': { status: 415, title: 'The body has a content type that is not taken here' },
  'unsatisfiable-range': { status: 416, title: 'The range lies outside of the audio' },
  'damaged-audio': { status: 422, title: 'The audio is cut short or says of itself what cannot be' },
  'invalid-fields': { status: 422, title: 'Some fields are not valid' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key came with another request' },
  'source-refused': { status: 422, title: 'The URL is not one that audio is fetched from' },
  'source-failed': { status: 422, title: 'The URL does not deliver its audio' },
  'too-many-requests': { status: 429, title: 'Too many requests; try again later' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  'database-away': { status: 503, title: 'The database is away; try again shortly' },
  'storage-away': { status: 503, title: 'The audio store is away; try again shortly' },
  misconfigured: { status: 503, title: 'The service is not set up completely' },
} as const

/** The stable name of a problem; its `type` is `urn:clips:problem:<name>`, or a registered one. */
export type ProblemName = keyof typeof problems

/** One invalid field: a JSON pointer (RFC 6901) to it and what is wrong with it. */
export type FieldError = { pointer: string; detail: string }

type ProblemOptions = {
  /** What is wrong this time, for the person who sent the request. */
  detail?: string | undefined
  errors?: FieldError[]
  /** Further members that this type of problem has (RFC 9457 §3.2). */
  members?: Record<string, unknown>
  /** Headers that the answer must carry, such as `Allow`. */
  headers?: Record<string, string>
  /** What went wrong underneath: for the log only. */
  cause?: unknown
}

/** An error with an answer. `throw new Problem('clip-not-found')`. */
export class Problem extends Error {
  readonly problem: ProblemName
  readonly status: (typeof problems)[ProblemName]['status']
  readonly detail: string | undefined
  readonly errors: FieldError[] | undefined
  readonly members: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(problem: ProblemName, options: ProblemOptions = {}) {
    super(options.detail ?? problems[problem].title, { cause: options.cause })
    this.name = 'Problem'
    this.problem = problem
    this.status = problems[problem].status
    this.detail = options.detail
    this.errors = options.errors
    this.members = options.members ?? {}
    this.headers = { ...retryAfter(this.status), ...options.headers }
  }
}

const ours = 'urn:clips:problem:'

/** The `type` of a problem: stable, independent of the host that answers. */
export function problemType(problem: ProblemName): string {
  const described = problems[problem]
  return ('type' in described ? described.type : ours) + problem
}

/** The answer to a problem, RFC 9457 §3. Never cached, and nothing of `cause` is in it. */
export function renderProblem(problem: Problem, requestId: string | undefined): Response {
  const body = {
    type: problemType(problem.problem),
    title: problems[problem.problem].title,
    status: problem.status,
    detail: problem.detail,
    request_id: requestId,
    errors: problem.errors,
    ...problem.members,
  }
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...problem.headers,
    },
  })
}

/**
 * Reads a problem that this service has rendered, to render it anew further out. An answer to HEAD has no body to
 * read: there the status tells all that it can.
 */
export async function readProblem(response: Response, byStatus: ProblemName[]): Promise<Problem> {
  const body = Rendered.safeParse(await response.json().catch(() => undefined))
  const name = body.data?.type.replace(ours, '') ?? ''
  if (isProblemName(name)) return new Problem(name, { detail: body.data?.detail })
  return new Problem(byStatus.find((known) => problems[known].status === response.status) ?? 'internal-error')
}

const Rendered = z.object({ type: z.string(), detail: z.string().optional() })

/** The name of every problem, in the order of the table. */
export const problemNames = Object.keys(problems).filter(isProblemName)

function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(problems, name)
}

function retryAfter(status: number): Record<string, string> {
  return status === 503 ? { 'Retry-After': '5' } : {}
}
