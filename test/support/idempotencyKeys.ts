/** Makes idempotency keys older. */
import { sql } from 'drizzle-orm'
import { database } from './api.ts'

/** Makes every key older, by a Postgres interval such as `25 hours`. */
export async function agedBy(interval: string): Promise<void> {
  await database().execute(sql`update idempotency_keys set created_at = created_at - ${interval}::interval`)
}
