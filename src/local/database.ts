/** A local Postgres, as the endpoint uses it. */

export type Statement = { text: string; params: readonly (string | null)[] }

/** Values are the text of Postgres. The driver parses them by `dataTypeID`. */
export type RawResult = {
  command: string
  rowCount: number | null
  fields: { name: string; dataTypeID: number }[]
  rows: (string | null)[][]
}

export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

export type TransactionOptions = {
  isolationLevel?: IsolationLevel | undefined
  readOnly: boolean
  deferrable: boolean
}

/** PGlite, or a running Postgres. */
export interface LocalDatabase {
  query(statement: Statement): Promise<RawResult>
  transaction(statements: readonly Statement[], options: TransactionOptions): Promise<RawResult[]>
  close(): Promise<void>
}

type RunStatement = (statement: Statement) => Promise<RawResult>

/** Runs the statements on one connection, in one transaction. */
export async function runInTransaction(
  run: RunStatement,
  statements: readonly Statement[],
  options: TransactionOptions,
): Promise<RawResult[]> {
  const results: RawResult[] = []
  await run({ text: beginStatement(options), params: [] })
  try {
    for (const statement of statements) results.push(await run(statement))
    await run({ text: 'commit', params: [] })
    return results
  } catch (error) {
    // On a broken connection the rollback fails too; the first error is the one that matters.
    await run({ text: 'rollback', params: [] }).catch(() => undefined)
    throw error
  }
}

function beginStatement({ isolationLevel, readOnly, deferrable }: TransactionOptions): string {
  const isolation = isolationLevel ? ` isolation level ${isolationLevel}` : ''
  return `begin${isolation}${readOnly ? ' read only' : ''}${deferrable ? ' deferrable' : ''}`
}
