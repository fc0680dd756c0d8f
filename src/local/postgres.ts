/** A running Postgres, for `--postgres`. */
import { Pool } from 'pg'
import type { PoolClient } from 'pg'
import type { LocalDatabase, RawResult, Statement } from './database.ts'
import { runInTransaction } from './database.ts'

const asText = { getTypeParser: () => (value: string) => value }

/** Opens a pool of connections to a running Postgres. */
export function openPostgres(url: string): LocalDatabase {
  // Like Neon's sessions: days must not depend on the time zone of this machine.
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 5000, options: '-c timezone=GMT' })
  // The pool replaces an idle connection that breaks. Without a listener the error would end the process.
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
    // A connection that is broken, or still in a transaction, is closed.
    client.release(client.getTransactionStatus() !== 'I')
  }
}

async function runStatement(client: PoolClient, { text, params }: Statement): Promise<RawResult> {
  // Extended mode accepts one statement, like Neon. Without it pg runs several if there are no parameters.
  const query = { text, values: [...params], rowMode: 'array' as const, types: asText, queryMode: 'extended' }
  const result = await client.query<(string | null)[]>(query)
  return {
    command: result.command ?? '',
    rowCount: result.rowCount,
    fields: result.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
    rows: result.rows,
  }
}
