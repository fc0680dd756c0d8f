/** The statements that the product sends, as a database receives them. */
import type { LocalDatabase, RawResult, Statement } from '../../../src/local/database.ts'

export type Recording = {
  /** Hands the statements on and records them; `dry`, it records them only. */
  database: LocalDatabase
  /** The statements since the last call. */
  take: () => Statement[]
}

export function recordStatements(database: LocalDatabase, { dry = false } = {}): Recording {
  let recorded: Statement[] = []
  const nothing: RawResult = { command: '', rowCount: 0, fields: [], rows: [] }
  return {
    database: {
      ...database,
      async query(statement) {
        recorded.push(statement)
        return dry ? nothing : await database.query(statement)
      },
      async transaction(statements, options) {
        recorded.push(...statements)
        return dry ? statements.map(() => nothing) : await database.transaction(statements, options)
      },
    },
    take() {
      const taken = recorded
      recorded = []
      return taken
    },
  }
}
