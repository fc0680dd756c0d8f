import type { RequestFacts } from './requestFacts.ts'

type Level = 'info' | 'warn' | 'error'

/** Writes one structured line, which Workers Logs indexes by field. Never give it a secret or an address. */
export function logLine(level: Level, event: string, fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, event, ...fields }))
}

/** One line a request: what was asked (path without query, which may hold a signature), what was answered. */
export function logRequest(facts: RequestFacts): void {
  logLine(facts.status >= 500 ? 'error' : 'info', 'request', {
    request_id: facts.requestId,
    method: facts.method,
    route: facts.route,
    path: facts.path,
    status: facts.status,
    duration_ms: facts.durationMs,
    bytes: facts.bytes,
    cache: facts.cache,
    clip: facts.clip,
    play_rejection: facts.playRejection,
    problem: facts.problem,
    country: facts.country,
    colo: facts.colo,
  })
}
