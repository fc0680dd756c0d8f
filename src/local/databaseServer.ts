/** The process of the local database: Postgres behind the endpoint of the Neon driver. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { LocalDatabase } from './database.ts'
import type { DatabaseNews } from './databaseProcess.ts'
import { Failure, reason, tell } from './failure.ts'
import { serveNeon } from './neonEndpoint.ts'
import { openPgliteFolder } from './pglite.ts'
import { claimPidFile } from './pidFile.ts'
import { openPostgres } from './postgres.ts'

async function main(): Promise<DatabaseNews> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string', default: '.wrangler/state' },
      port: { type: 'string', default: '0' },
      postgres: { type: 'string' },
    },
  })
  claimFolder(values.state)
  const database = values.postgres ? openPostgres(values.postgres) : await openState(values.state)
  const endpoint = await serveNeon(database, { host: '127.0.0.1', port: Number(values.port) })

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

/** Two processes on one data folder would corrupt it. */
function claimFolder(state: string): void {
  mkdirSync(state, { recursive: true })
  const pidFile = join(state, 'postgres.pid')
  const claim = claimPidFile(pidFile)
  if ('heldBy' in claim) {
    throw new Failure(
      `The database in ${state} is in use by process ${claim.heldBy}, as ${pidFile} says. Delete that file if it is wrong.`,
    )
  }
  process.on('exit', claim.release)
}

async function openState(state: string): Promise<LocalDatabase> {
  const folder = join(state, 'postgres')
  try {
    return await openPgliteFolder(folder)
  } catch (error) {
    throw new Failure(
      `Cannot open the database in ${folder}: ${reason(error)}. Delete the folder to start afresh.`,
    )
  }
}

// Ctrl-C reaches every process of the terminal. The database waits for SIGTERM, which comes after the Worker has ended.
process.on('SIGINT', () => undefined)
try {
  const news = await main()
  process.send?.(news)
} catch (error) {
  if (!(error instanceof Failure) || process.send === undefined) process.exit(tell(error))
  const news: DatabaseNews = { failure: error.message }
  process.send(news, () => process.exit(error.exitCode))
}
