/** Makes idempotency keys older. */
import { sql } from 'drizzle-orm'
import { database } from './api.ts'

/** Makes every key older, by a Postgres interval such as `25 hours`. */
export async function agedBy(interval: string): Promise<void> {
  await database().execute(sql`update idempotency_keys set created_at = created_at - ${interval}::interval`)
}

/** Lets every lock end so many seconds from now, as if that much of its time had passed. */
export async function lapseLocks(seconds = -1): Promise<void> {
  await database().execute(
    sql`update idempotency_keys set locked_until = now() + ${seconds} * interval '1 second'`,
  )
}

/** How many seconds the only lock still has. */
export async function lockSeconds(): Promise<number> {
  const { rows } = await database().execute(
    sql`select extract(epoch from locked_until - now()) as seconds from idempotency_keys`,
  )
  return Number(rows[0]?.['seconds'])
}
