import { neonConfig } from '@neondatabase/serverless'
import type { LocalDatabase } from '../../src/local/database.ts'
import { serveNeon } from '../../src/local/neonEndpoint.ts'
import { openPglite } from '../../src/local/pglite.ts'
import { openPostgres } from '../../src/local/postgres.ts'

export const connectionString = 'postgresql://clips:clips@localhost/clips'

/** Starts an endpoint and points the driver at it. TEST_POSTGRES may name a running Postgres to use instead of PGlite. */
export async function startEndpoint() {
  const url = process.env['TEST_POSTGRES']
  const database: LocalDatabase = url ? openPostgres(url) : await openPglite()
  const endpoint = await serveNeon(database)
  neonConfig.fetchEndpoint = endpoint.url
  return {
    url: endpoint.url,
    database,
    async stop() {
      await endpoint.close()
      await database.close()
    },
  }
}
