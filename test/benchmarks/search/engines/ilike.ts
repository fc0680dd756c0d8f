/** What a first version does: ILIKE over title, description and artist for each word, newest first. On a real Postgres. */
import pg from 'pg'
import { startPostgres } from '../../../support/temporaryPostgres.ts'
import { textsOf, type Engine } from './engine.ts'

/** The first three clips that have all words, and the patterns of the words. */
function statementOf(query: string): { text: string; values: string[] } {
  const words = query.split(/\s+/u).filter((word) => word !== '')
  const conditions = words.map(
    (_, n) => `(title ilike $${n + 1} or description ilike $${n + 1} or artist ilike $${n + 1})`,
  )
  return {
    text: `select title from clips where ${conditions.join(' and ')} order by n desc limit 3`,
    values: words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`),
  }
}

async function start() {
  const server = await startPostgres()
  const client = new pg.Client(server.url)
  await client.connect()
  return { server, client }
}

let started: Awaited<ReturnType<typeof start>> | undefined

export const ilike: Engine = {
  name: 'ILIKE',
  load: async (library) => {
    started = await start()
    const texts = textsOf(library)
    await started.client.query(
      'create table clips (n int primary key, title text, description text, artist text)',
    )
    await started.client.query(
      'insert into clips select row_number() over (), * from unnest($1::text[], $2::text[], $3::text[])',
      [
        texts.map(({ title }) => title),
        texts.map(({ description }) => description),
        texts.map(({ artist }) => artist),
      ],
    )
    await started.client.query('vacuum analyze clips')
  },
  find: async (query) => {
    const found = await started?.client.query<{ title: string }>(statementOf(query))
    return (found?.rows ?? []).map(({ title }) => title)
  },
  close: async () => {
    await started?.client.end()
    started?.server.stop()
  },
}
