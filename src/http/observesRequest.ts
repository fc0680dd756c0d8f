/** Stands around everything else: one log line and one data point a request, and `Server-Timing` on its answer. */
import { toDataPoint } from './dataPoint.ts'
import { describeError } from './onError.ts'
import { asDataPoint, gatherFacts, type RequestFacts } from './requestFacts.ts'
import { logLine, logRequest } from './requestLog.ts'
import type { Middleware } from './router.ts'
import { writeServerTiming, type Wait } from './serverTiming.ts'

/**
 * Measures until the headers are ready; the body goes its way later. In a Worker the clock stands still between one
 * I/O and the next, so this is time spent waiting, not computing.
 */
export const observesRequest: Middleware = async (c, next) => {
  const startedMs = Date.now()
  c.set('waits', [])
  await next()
  const facts = gatherFacts(c, Date.now() - startedMs)
  if (facts.status !== 404) c.res.headers.append('Server-Timing', timing(facts.durationMs, c.var.waits))
  // Hono loses it on some ways to an answer, that of OPTIONS for one; the log line is to be found by it.
  c.res.headers.set('X-Request-Id', facts.requestId)
  logRequest(facts)
  writePoint(c.env, facts)
}

/** Not for a 404: what is private and what is not there are not to be told apart, by the time they take least of all. */
function timing(totalMs: number, waits: Wait[]): string {
  return writeServerTiming([{ name: 'total', ms: totalMs }, ...waits])
}

/** Returns at once: the runtime sends the point on. A point that cannot be written costs nobody their answer. */
function writePoint(env: Env, facts: RequestFacts): void {
  try {
    env.ANALYTICS.writeDataPoint(toDataPoint(asDataPoint(facts)))
  } catch (error) {
    logLine('warn', 'data-point-lost', { request_id: facts.requestId, error: describeError(error) })
  }
}
