export type Statement = { text: string; params: readonly (string | null)[] }

/** Values are Postgres's own text: the driver parses them by `dataTypeID`. */
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

/** What the endpoint needs of a database, whichever Postgres it is. */
export interface LocalDatabase {
  query(statement: Statement): Promise<RawResult>
  transaction(statements: readonly Statement[], options: TransactionOptions): Promise<RawResult[]>
  close(): Promise<void>
}

type RunStatement = (statement: Statement) => Promise<RawResult>

/** Runs the statements on one connection: all take effect, or none. */
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
    // On a broken connection this fails too; what broke it is the error to tell.
    await run({ text: 'rollback', params: [] }).catch(() => undefined)
    throw error
  }
}

function beginStatement({ isolationLevel, readOnly, deferrable }: TransactionOptions): string {
  const isolation = isolationLevel ? ` isolation level ${isolationLevel}` : ''
  return `begin${isolation}${readOnly ? ' read only' : ''}${deferrable ? ' deferrable' : ''}`
}
