import { existsSync, renameSync, rmSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import type { LocalDatabase, RawResult, Statement } from './database.ts'
import { runInTransaction } from './database.ts'

/** Opens PGlite in a folder that is made complete or not at all: a first start that is interrupted leaves no half. */
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

/** Opens PGlite in a folder, or in memory when no folder is given. */
export async function openPglite(folder?: string): Promise<LocalDatabase> {
  const extensions = { pg_trgm, unaccent, btree_gin }
  const postgres = await PGlite.create({ extensions, ...(folder === undefined ? {} : { dataDir: folder }) })
  keepText(postgres)
  const run = (statement: Statement) => runStatement(postgres, statement)
  const inTurn = oneAtATime()
  return {
    query: (statement) =>
      inTurn(async () => {
        try {
          return await run(statement)
        } finally {
          // There is one session: a stray BEGIN must not swallow everyone's later statements.
          if (postgres.isInTransaction()) await postgres.exec('rollback')
        }
      }),
    transaction: (statements, options) => inTurn(() => runInTransaction(run, statements, options)),
    close: () => inTurn(() => postgres.close()),
  }
}

/** Parameters and results pass as Postgres's text: the driver at the other end converts both. */
function keepText(postgres: PGlite): void {
  const asItIs = (text: string) => text
  // A type missing here falls back to PGlite's default parser, so each known one is named.
  postgres.parsers = Object.fromEntries(Object.keys(postgres.parsers).map((type) => [type, asItIs]))
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

/** PGlite has one session, so a batch may not have another's statements between its own. */
function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let previous: Promise<unknown> = Promise.resolve()
  return (work) => {
    const current = previous.then(work)
    previous = current.catch(() => undefined)
    return current
  }
}
