/** The process of the local database: Postgres behind the endpoint of the Neon driver. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { LocalDatabase } from './database.ts'
import type { StartReport } from './databaseProcess.ts'
import { Failure, oneLineMessage, printError } from './failure.ts'
import { serveNeon } from './neonEndpoint.ts'
import { openPgliteFolder } from './pglite.ts'
import { claimStateFolder } from './pidFile.ts'
import { openPostgres } from './postgres.ts'

async function main(): Promise<StartReport> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string', default: '.wrangler/state' },
      port: { type: 'string', default: '0' },
      postgres: { type: 'string' },
    },
  })
  // Two processes on one data folder would corrupt it.
  process.on('exit', claimStateFolder(values.state, 'postgres'))
  const database = values.postgres ? openPostgres(values.postgres) : await openState(values.state)
  const endpoint = await serveNeon(database, Number(values.port))

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await endpoint.close()
    await database.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  // The parent process has ended.
  process.on('disconnect', stop)
  return { endpoint: endpoint.url }
}

async function openState(state: string): Promise<LocalDatabase> {
  const folder = join(state, 'postgres')
  try {
    return await openPgliteFolder(folder)
  } catch (error) {
    throw new Failure(
      `Cannot open the database in ${folder}: ${oneLineMessage(error)}. Delete the folder to start afresh.`,
    )
  }
}

// Ctrl-C reaches every process of the terminal. The database waits for SIGTERM, which comes after the Worker has ended.
process.on('SIGINT', () => undefined)
try {
  const report = await main()
  process.send?.(report)
} catch (error) {
  if (!(error instanceof Failure) || process.send === undefined) process.exit(printError(error))
  const report: StartReport = { failure: error.message }
  process.send(report, () => process.exit(error.exitCode))
}
