/** One log line and one data point for each request, and `Server-Timing` on its response. */
import type { Context } from 'hono'
import { routePath } from 'hono/route'
import { measureQueries } from '../db/connection.ts'
import { describeError, logLine } from '../http/log.ts'
import type { AppEnv, Middleware } from '../http/router.ts'
import { toDataPoint, type DataPointValues } from './dataPoints.ts'

/**
 * Measures until the headers are ready; the body follows. A Worker's clock stands still between two I/O operations, so this
 * is time spent waiting.
 */
export const requestTelemetry: Middleware = async (c, next) => {
  const startedMs = Date.now()
  const queryTime = { queries: 0, ms: 0 }
  await measureQueries(queryTime, next)
  const facts = gatherFacts(c, Date.now() - startedMs)
  // A 404 has none: a private clip must not be told from a missing one by the time that it takes.
  if (facts.status !== 404) {
    const waits: Wait[] = [{ name: 'total', ms: facts.duration_ms }]
    for (const { ms, status } of c.var.cacheLookups ?? [])
      waits.push({ name: 'cache', ms, description: status })
    if (queryTime.queries > 0) waits.push({ name: 'db', ms: queryTime.ms })
    c.res.headers.append('Server-Timing', writeServerTiming(waits))
  }
  // Hono loses it on some responses, to OPTIONS for example.
  c.res.headers.set('X-Request-Id', c.get('requestId'))
  const fields = { request_id: c.get('requestId'), path: c.req.path, ...withoutUnknown(facts) }
  logLine(facts.status >= 500 ? 'error' : 'info', 'request', fields)
  writeDataPoint(c.env, facts, c.get('requestId'))
}

/** The name of any other method is a text of the client's. */
const knownMethods = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS']

/** What is recorded of a request. Never the client's address, its user agent, a key, or the query. */
function gatherFacts(c: Context<AppEnv>, durationMs: number): DataPointValues {
  const { headers, status } = c.res
  const created = status === 201 ? clipInPath(headers.get('Location') ?? '') : undefined
  return {
    route: matchedRoute(c),
    method: knownMethods.includes(c.req.method) ? c.req.method : 'OTHER',
    cache: c.get('cacheLookups')?.find((lookup) => lookup.status !== undefined)?.status ?? 'none',
    country: toText(c.req.raw.cf?.country),
    colo: toText(c.req.raw.cf?.colo),
    clip: clipInPath(c.req.path) ?? created ?? '',
    play_rejection: rejectionOf(c),
    // OPTIONS of a known URL begins as a 404.
    problem: status < 400 ? '' : toText(c.get('problem')),
    status,
    duration_ms: durationMs,
    // HEAD declares the length of a body that it does not send.
    bytes: c.req.method === 'HEAD' ? 0 : Number(headers.get('Content-Length') ?? 0),
  }
}

/** The clip in a path below `/api/clips/` or `/clips/`. It may not exist. */
export function clipInPath(path: string): string | undefined {
  const id = /^(?:\/api)?\/clips\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:\/|$)/i.exec(path)?.[1]
  return id?.toLowerCase()
}

/** The pattern of the route; `none` if only middleware matched. */
function matchedRoute(c: Context<AppEnv>): string {
  const pattern = routePath(c, -1)
  return pattern === '/*' ? 'none' : pattern
}

/** plays/ declares this variable, and this folder does not import it. */
function rejectionOf(c: Context): string {
  const rejection: unknown = c.get('playRejection')
  return toText(rejection)
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A log line has no field for what is unknown. */
function withoutUnknown(facts: DataPointValues): Partial<DataPointValues> {
  const isUnknown = (name: string, value: unknown) =>
    value === '' || (name === 'cache' && value === 'none') || (name === 'bytes' && value === 0)
  return Object.fromEntries(Object.entries(facts).filter(([name, value]) => !isUnknown(name, value)))
}

/** Returns at once; the runtime sends the point later. A point that cannot be written must not fail the request. */
function writeDataPoint(env: Env, facts: DataPointValues, requestId: string): void {
  try {
    env.ANALYTICS.writeDataPoint(toDataPoint(facts))
  } catch (error) {
    logLine('warn', 'data-point-lost', { request_id: requestId, error: describeError(error) })
  }
}

/** What a request waited for, in milliseconds. */
type Wait = { name: 'total' | 'db' | 'cache'; ms: number; description?: string | undefined }

/** The value of `Server-Timing` (W3C): `db;dur=4, cache;dur=2;desc="HIT"`. */
export function writeServerTiming(waits: Wait[]): string {
  return waits.map(writeWait).join(', ')
}

/** A description is a quoted-string (RFC 9110 §5.6.4); characters that could end it are left out. */
function writeWait({ name, ms, description }: Wait): string {
  const quoted = description === undefined ? '' : `;desc="${description.replace(/[^\w ./-]/g, '')}"`
  return `${name};dur=${ms}${quoted}`
}
