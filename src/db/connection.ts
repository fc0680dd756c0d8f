/** The connection to Postgres: Neon's driver over HTTP, one round trip a statement. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { neon, NeonDbError, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { createMiddleware } from 'hono/factory'

declare module 'hono' {
  interface ContextVariableMap {
    db: Database
  }
}

/** What a statement runs on. `$client` is the driver underneath. */
export type Database = NeonHttpDatabase & { $client: NeonQueryFunction<false, false> }

/** The connection string, and the URL for queries where it is not Neon's own. */
export type DatabaseSettings = { url: string; endpoint: string | undefined }

/** Postgres cannot be reached, or did not answer in time. */
class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/** A statement without an answer for this long has failed. Postgres ends it a second before (migrations/0003_statement_timeout.sql). */
const queryTimeoutMs = 10_000

/** Connects. Nothing is opened before the first statement. */
export function connect({ url, endpoint }: DatabaseSettings): Database {
  if (endpoint) neonConfig.fetchEndpoint = endpoint
  neonConfig.fetchFunction = fetchAnswer
  return drizzle(neon(url), { casing: 'snake_case' })
}

/** Sets `c.var.db`. */
export const connectDatabase = createMiddleware<{
  Variables: { settings: { database: DatabaseSettings } }
}>(async (c, next) => {
  c.set('db', connect(c.var.settings.database))
  await next()
})

/** Whether an error means that Postgres is unavailable, and not that the statement is wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true
  if (error instanceof Error && error.name === 'TimeoutError') return true
  if (error instanceof NeonDbError && hasUnavailableCode(error)) return true
  return error instanceof Error && error.cause !== undefined && isDatabaseUnavailable(error.cause)
}

/** Whether a statement clashed with another one that ran at the same time. It had no effect, and may succeed if repeated. */
export function isClash(error: unknown): boolean {
  return clashes.has(postgresError(error)?.code ?? '')
}

/** The error of Postgres among the causes of an error. */
export function postgresError(error: unknown): NeonDbError | undefined {
  if (error instanceof NeonDbError) return error
  return error instanceof Error ? postgresError(error.cause) : undefined
}

/** SQLSTATE: serialization failure, deadlock, and a foreign key whose row was deleted meanwhile. */
const clashes = new Set(['40001', '40P01', '23503'])

/**
 * SQLSTATE classes 08 (connection), 53 (resources), 57 (operator intervention) and 58 (system). An error without a code
 * comes from a proxy in front of Postgres.
 */
function hasUnavailableCode(error: NeonDbError): boolean {
  return error.code === undefined || /^(08|53|57|58)/.test(error.code)
}

/** Reads the whole answer here: a body that broke off would look like any other error to the driver. */
async function fetchAnswer(url: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(queryTimeoutMs)
  const startedMs = Date.now()
  try {
    const response = await fetch(url, { ...init, signal })
    const text = await response.text()
    // The statement may have run although its answer is truncated; without a length only the JSON shows that.
    if (response.ok) JSON.parse(text)
    return new Response(text, { status: response.status })
  } catch (error) {
    throw new DatabaseUnavailable('the database did not answer', { cause: error })
  } finally {
    recordQuery(Date.now() - startedMs)
  }
}

/** The statements of one request, and the time spent waiting for them. */
type QueryTime = { queries: number; ms: number }

const currentQueryTime = new AsyncLocalStorage<QueryTime>()

/** Runs `work` and adds each of its statements to `time`, apart from other requests in the isolate. */
export async function measureQueries<Result>(time: QueryTime, work: () => Promise<Result>): Promise<Result> {
  return await currentQueryTime.run(time, work)
}

function recordQuery(ms: number): void {
  const time = currentQueryTime.getStore()
  if (!time) return
  time.queries += 1
  time.ms += ms
}
