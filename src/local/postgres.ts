import { Pool } from 'pg'
import type { PoolClient } from 'pg'
import type { LocalDatabase, RawResult, Statement } from './database.ts'
import { runInTransaction } from './database.ts'

const asText = { getTypeParser: () => (value: string) => value }

/** Opens a pool of connections to a running Postgres. */
export function openPostgres(url: string): LocalDatabase {
  // Neon's sessions are in GMT: days must not begin at another hour on this machine.
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 5000, options: '-c timezone=GMT' })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  return {
    query: (statement) => onConnection(pool, (client) => runStatement(client, statement)),
    transaction: (statements, options) =>
      onConnection(pool, (client) =>
        runInTransaction((statement) => runStatement(client, statement), statements, options),
      ),
    close: () => pool.end(),
  }
}

async function onConnection<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  try {
    return await work(client)
  } finally {
    // A connection left inside a transaction, or broken, is not given to the next statement.
    client.release(client.getTransactionStatus() !== 'I')
  }
}

async function runStatement(client: PoolClient, { text, params }: Statement): Promise<RawResult> {
  // Extended mode takes one statement, as Neon does; without it pg runs several when there are no parameters.
  const query = { text, values: [...params], rowMode: 'array' as const, types: asText, queryMode: 'extended' }
  const result = await client.query<(string | null)[]>(query)
  return {
    command: result.command ?? '',
    rowCount: result.rowCount,
    fields: result.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
    rows: result.rows,
  }
}
