/** PGlite: a Postgres in this process, kept in a folder or in memory. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { fuzzystrmatch } from '@electric-sql/pglite/contrib/fuzzystrmatch'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import type { LocalDatabase, RawResult, Statement } from './database.ts'
import { runInTransaction } from './database.ts'

/** Opens PGlite in a folder. A new folder is complete or absent: an interrupted first start leaves nothing behind. */
export async function openPgliteFolder(folder: string): Promise<LocalDatabase> {
  if (!existsSync(folder)) {
    const unfinished = `${folder}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    const fresh = await openPglite(unfinished)
    await fresh.close()
    renameSync(unfinished, folder)
  }
  return await openPglite(folder)
}

/** Opens PGlite in a folder, or in memory without one. */
export async function openPglite(folder?: string): Promise<LocalDatabase> {
  const extensions = { fuzzystrmatch, pg_trgm }
  const postgres = await PGlite.create({ extensions, ...(folder === undefined ? {} : { dataDir: folder }) })
  disableConversions(postgres)
  const run = (statement: Statement) => runStatement(postgres, statement)
  const inTurn = oneAtATime()
  return {
    query: (statement) =>
      inTurn(async () => {
        try {
          return await run(statement)
        } finally {
          // There is one session: a stray BEGIN must not include later statements of others.
          if (postgres.isInTransaction()) await postgres.exec('rollback')
        }
      }),
    transaction: (statements, options) => inTurn(() => runInTransaction(run, statements, options)),
    close: () => inTurn(() => postgres.close()),
  }
}

/** Parameters and results stay text, because the driver at the other end converts both. */
function disableConversions(postgres: PGlite): void {
  const identity = (text: string) => text
  // PGlite parses every type that is not listed here.
  postgres.parsers = Object.fromEntries(Object.keys(postgres.parsers).map((type) => [type, identity]))
  postgres.serializers = {}
}

async function runStatement(postgres: PGlite, { text, params }: Statement): Promise<RawResult> {
  const result = await postgres.query<(string | null)[]>(text, [...params], { rowMode: 'array' })
  return {
    command: result.command ?? '',
    rowCount: result.rowCount ?? null,
    fields: result.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
    rows: result.rows,
  }
}

/** PGlite has one session: other statements must not run between those of a batch. */
function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let previous: Promise<unknown> = Promise.resolve()
  return (work) => {
    const current = previous.then(work)
    previous = current.catch(() => undefined)
    return current
  }
}
