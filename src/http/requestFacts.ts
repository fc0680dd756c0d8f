/** What is known of a request once its headers are ready: gathered once, for the log line and the data point. */
import type { Context } from 'hono'
import { routePath } from 'hono/route'
import type { DataPointValues } from './dataPoint.ts'
import type { ProblemName } from './problem.ts'
import type { AppEnv } from './router.ts'

/** Never the client's address, its user agent, a key or the query, which may hold a signature. */
export type RequestFacts = {
  requestId: string
  method: string
  route: string
  path: string
  status: number
  durationMs: number
  cache: string | undefined
  country: string | undefined
  colo: string | undefined
  clip: string | undefined
  playRejection: string | undefined
  problem: ProblemName | undefined
  bytes: number | undefined
}

/** Other methods are refused; what they are called is the client's own text. */
const knownMethods = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS']

export function gatherFacts(c: Context<AppEnv>, durationMs: number): RequestFacts {
  const { headers, status } = c.res
  return {
    requestId: c.get('requestId'),
    method: knownMethods.includes(c.req.method) ? c.req.method : 'OTHER',
    route: matchedRoute(c),
    path: c.req.path,
    status,
    durationMs,
    cache: c.get('cacheState'),
    country: textOf(c.req.raw.cf?.country),
    colo: textOf(c.req.raw.cf?.colo),
    clip: clipInPath(c.req.path) ?? (status === 201 ? clipInPath(headers.get('Location') ?? '') : undefined),
    playRejection: playRejection(c),
    // OPTIONS of a known address begins as a 404.
    problem: status < 400 ? undefined : c.get('problem'),
    bytes: bodyBytes(c.req.method, headers.get('Content-Length')),
  }
}

/** The facts as columns. */
export function asDataPoint(facts: RequestFacts): DataPointValues {
  return {
    route: facts.route,
    method: facts.method,
    cache: facts.cache ?? 'none',
    country: facts.country ?? '',
    colo: facts.colo ?? '',
    clip: facts.clip ?? '',
    play_rejection: facts.playRejection ?? '',
    problem: facts.problem ?? '',
    status: facts.status,
    duration_ms: facts.durationMs,
    bytes: facts.bytes ?? 0,
  }
}

/** The clip whose address this is, below `/api/clips/` or `/clips/`; whether there is one, is another matter. */
export function clipInPath(path: string): string | undefined {
  const id = /^(?:\/api)?\/clips\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:\/|$)/i.exec(path)?.[1]
  return id?.toLowerCase()
}

/** The pattern of the route. Where none matches there is only middleware, whose pattern says nothing. */
function matchedRoute(c: Context<AppEnv>): string {
  const pattern = routePath(c, -1)
  return pattern === '/*' ? 'none' : pattern
}

/** HEAD tells the length of a body that it does not send. */
function bodyBytes(method: string, contentLength: string | null): number | undefined {
  if (method === 'HEAD' || contentLength === null || !/^\d+$/.test(contentLength)) return undefined
  return Number(contentLength)
}

/** Set by what counts plays, which this folder knows nothing of: so any context will do, and it may be anything. */
function playRejection(c: Context): string | undefined {
  const reason: unknown = c.get('playRejection')
  return textOf(reason)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
