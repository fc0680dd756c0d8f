/**
 * A thread with the services of one vitest worker: Postgres (PGlite) behind the endpoint that answers for Neon, a
 * stand-in for Analytics Engine, and a web server that imports fetch from. In threads of their own, several Postgres
 * run at the same time.
 */
import { parentPort } from 'node:worker_threads'
import { migrateThrough } from '../../src/local/migrate.ts'
import { serveNeon } from '../../src/local/neonEndpoint.ts'
import { openPglite } from '../../src/local/pglite.ts'
import { serveAnalytics } from './analyticsEngine.ts'
import { serveSource } from './sourceServer.ts'

/** The URLs of the services, by the names of the bindings that hold them in the tests. */
export type Services = {
  DATABASE_URL: string
  DATABASE_ENDPOINT: string
  CF_API_URL: string
  SOURCE_URL: string
}

const databaseUrl = 'postgres://clips:clips@db.localtest.me/clips'
const database = await openPglite()
const endpoint = await serveNeon(database)
await migrateThrough({ databaseUrl, endpoint: endpoint.url })
const services: Services = {
  DATABASE_URL: databaseUrl,
  DATABASE_ENDPOINT: endpoint.url,
  CF_API_URL: (await serveAnalytics(database)).url,
  SOURCE_URL: await serveSource(),
}
const transferred: ArrayBuffer[] = []
parentPort?.postMessage(services, transferred)
