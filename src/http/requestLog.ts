import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'

type Level = 'info' | 'warn' | 'error'

/** Writes one structured line, which Workers Logs indexes by field. Never give it a secret or an address. */
export function logLine(level: Level, event: string, fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, event, ...fields }))
}

/** One line a request: what was asked (path without query, which may hold a signature), what was answered. */
export const logsRequest: MiddlewareHandler = async (c, next) => {
  const startedMs = Date.now()
  await next()
  logLine(c.res.status >= 500 ? 'error' : 'info', 'request', {
    request_id: c.get('requestId'),
    method: c.req.method,
    route: routePath(c, -1),
    path: c.req.path,
    status: c.res.status,
    duration_ms: Date.now() - startedMs,
  })
}
