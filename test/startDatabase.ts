/** Starts a real Postgres (PGlite) for the tests that run in workerd, behind the endpoint that answers for Neon. */
import type { TestProject } from 'vitest/node'
import { migrateThrough } from '../src/local/migrate.ts'
import { serveNeon } from '../src/local/neonEndpoint.ts'
import { openPglite } from '../src/local/pglite.ts'
import { serveAnalytics } from './analyticsEngine.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseEndpoint: string
    /** Where Cloudflare's API seems to be. */
    cloudflareApi: string
  }
}

export default async function startDatabase(project: TestProject) {
  const database = await openPglite()
  const endpoint = await serveNeon(database, { host: '127.0.0.1', port: 0 })
  await migrateThrough({
    databaseUrl: 'postgres://clips:clips@db.localtest.me/clips',
    endpoint: endpoint.url,
  })
  project.provide('databaseEndpoint', endpoint.url)
  const analytics = await serveAnalytics(database)
  project.provide('cloudflareApi', analytics.url)
  return async () => {
    await analytics.close()
    await endpoint.close()
    await database.close()
  }
}
