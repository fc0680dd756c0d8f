/** The search of Clips itself: its own statement, on a real Postgres. */
import { selectClips } from '../../../../src/db/clipSearch.ts'
import { connect, type Database } from '../../../../src/db/connection.ts'
import { migrateThrough } from '../../../../src/local/migrate.ts'
import { serveNeon } from '../../../../src/local/neonEndpoint.ts'
import { openPostgres } from '../../../../src/local/postgres.ts'
import { startPostgres } from '../../../support/temporaryPostgres.ts'
import { fillDatabase } from '../../library/fillDatabase.ts'
import type { Engine } from './engine.ts'

async function start() {
  const server = await startPostgres()
  const postgres = openPostgres(server.url)
  const endpoint = await serveNeon(postgres)
  const databaseUrl = 'postgresql://clips:clips@localhost/clips'
  await migrateThrough({ databaseUrl, endpoint: endpoint.url })
  return { server, postgres, endpoint, db: connect({ url: databaseUrl, endpoint: endpoint.url }) }
}

async function select(db: Database, query: string) {
  const words = query.split(/\s+/u).filter((word) => word !== '')
  return await selectClips(
    db,
    { words, genre: undefined, tags: [], visible: 'public' },
    'newest',
    undefined,
    3,
  )
}

let started: Awaited<ReturnType<typeof start>> | undefined

export const clips: Engine = {
  name: 'Clips',
  load: async (library) => {
    started = await start()
    await fillDatabase(started.postgres, library)
  },
  find: async (query) => (started ? await select(started.db, query) : []).map(({ title }) => title),
  close: async () => {
    await started?.endpoint.close()
    await started?.postgres.close()
    started?.server.stop()
  },
}
