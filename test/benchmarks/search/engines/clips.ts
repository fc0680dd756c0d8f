/** The search of Clips itself, on a real Postgres. */
import { migrateThrough } from '../../../../src/local/migrate.ts'
import { serveNeon } from '../../../../src/local/neonEndpoint.ts'
import { openPostgres } from '../../../../src/local/postgres.ts'
import { startPostgres } from '../../../support/temporaryPostgres.ts'
import { fillDatabase } from '../../library/fillDatabase.ts'
import { askPage, openFrontDoor, withQuery } from '../frontDoor.ts'
import type { Engine } from './engine.ts'

async function start() {
  const server = await startPostgres()
  const postgres = openPostgres(server.url)
  const endpoint = await serveNeon(postgres)
  const databaseUrl = 'postgresql://clips:clips@localhost/clips'
  await migrateThrough({ databaseUrl, endpoint: endpoint.url })
  return { server, postgres, endpoint, ask: openFrontDoor(endpoint.url) }
}

let started: Awaited<ReturnType<typeof start>> | undefined

export const clips: Engine = {
  name: 'Clips',
  load: async (library) => {
    started = await start()
    await fillDatabase(started.postgres, library)
  },
  find: async (search) => {
    if (!started) return []
    const { items } = await askPage(started.ask, withQuery('/api/clips', { search, limit: 3 }))
    return items.map(({ title }) => title)
  },
  close: async () => {
    await started?.endpoint.close()
    await started?.postgres.close()
    started?.server.stop()
  },
}
