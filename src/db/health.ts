import { sql } from 'drizzle-orm'
import type { Database } from './connection.ts'

/** The cheapest statement that shows that Postgres answers and is migrated. */
export async function selectHealth(db: Database): Promise<void> {
  await db.execute(sql`select 1 from clips limit 1`)
}
