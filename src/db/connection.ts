import { neon, NeonDbError, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { timed } from './queryTime.ts'

/** What a named statement runs on: one HTTP round trip each. `$client` is the driver underneath. */
export type Database = NeonHttpDatabase & { $client: NeonQueryFunction<false, false> }

/** Postgres cannot be reached or cannot answer now. The same call may work in a moment. */
export class DatabaseAway extends Error {
  override name = 'DatabaseAway'
}

/** A query is answered within this time or the database counts as away. */
const queryTimeoutMs = 10_000

/**
 * Connects to Neon over HTTP: nothing is opened until a query runs. `endpoint` is the URL to post queries to
 * where it is not Neon's own; apart from that address the code is the same everywhere.
 */
export function connect({ url, endpoint }: { url: string; endpoint: string | undefined }): Database {
  if (endpoint) neonConfig.fetchEndpoint = endpoint
  neonConfig.fetchFunction = fetchInTime
  return drizzle(neon(url), { casing: 'snake_case' })
}

/** Tells an error that says the database is away from one that says our statement is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DatabaseAway) return true
  if (error instanceof Error && error.name === 'TimeoutError') return true
  if (error instanceof NeonDbError && saysAway(error)) return true
  return error instanceof Error && error.cause !== undefined && isDatabaseAway(error.cause)
}

/**
 * SQLSTATE classes of a server that cannot serve: 08 connection, 53 resources, 57 operator intervention, 58 system.
 * Without a code the answer did not come from Postgres but from the way to it.
 */
function saysAway(error: NeonDbError): boolean {
  return error.code === undefined || /^(08|53|57|58)/.test(error.code)
}

/** The driver gets an answer that is whole: what breaks while it reads would be an error like any other to it. */
async function fetchInTime(url: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(queryTimeoutMs)
  try {
    return await timed(async () => await readWhole(await fetch(url, { ...init, signal })))
  } catch (error) {
    throw new DatabaseAway('the database did not answer', { cause: error })
  }
}

/** A statement may have run though its answer broke off: as JSON that is cut short, too, where no length told. */
async function readWhole(answer: Response): Promise<Response> {
  const text = await answer.text()
  if (answer.ok) JSON.parse(text)
  return new Response(text, { status: answer.status })
}
