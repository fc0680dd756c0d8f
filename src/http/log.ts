/** Structured log lines, which Workers Logs indexes by field. */

type Level = 'info' | 'warn' | 'error'

/** Writes one line. Never pass a secret, a query string or a client's address. */
export function logLine(level: Level, event: string, fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, event, ...fields }))
}

/**
 * An error with its causes, on one line. drizzle appends a failed query's parameters to its message: search terms and
 * hashes of keys and listeners. They are left out.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` <- ${describeError(error.cause)}`
  const [message] = error.message.split('\nparams: ')
  return `${error.name}: ${message}${cause}`
}
