/** A Postgres of its own for a test, with the product's tables, behind the endpoint that answers for Neon. */
import { connect, type Database } from '../../src/db/connection.ts'
import { migrateThrough } from '../../src/local/migrate.ts'
import { serveNeon } from '../../src/local/neonEndpoint.ts'
import { openPostgres } from '../../src/local/postgres.ts'
import { startPostgres } from './temporaryPostgres.ts'

export type MigratedPostgres = {
  /** The connection string of Postgres itself, for sessions of the test's own. */
  url: string
  /** What the product's functions run on. */
  db: Database
  stop: () => Promise<void>
}

/** Starts it. Its sessions begin after the migrations, so that they have the settings that these leave. */
export async function startMigratedPostgres(): Promise<MigratedPostgres> {
  const databaseUrl = 'postgresql://clips:clips@localhost/clips'
  const postgres = await startPostgres()
  const migrating = openPostgres(postgres.url)
  const migrated = await serveNeon(migrating)
  await migrateThrough({ databaseUrl, endpoint: migrated.url })
  await migrated.close()
  await migrating.close()
  const pool = openPostgres(postgres.url)
  const endpoint = await serveNeon(pool)
  return {
    url: postgres.url,
    db: connect({ url: databaseUrl, endpoint: endpoint.url }),
    async stop() {
      await endpoint.close()
      await pool.close()
      postgres.stop()
    },
  }
}
