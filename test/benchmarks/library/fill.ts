/**
 * Fills an empty database with a generated library: PGlite in the state folder of `npm run dev`, or a running Postgres.
 *
 *   npm run bench:library -- N [--postgres postgresql://…] [--skewed] [--seed 1] [--state .wrangler/state]
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, printError } from '../../../src/local/failure.ts'
import { openPgliteFolder } from '../../../src/local/pglite.ts'
import { claimStateFolder } from '../../../src/local/pidFile.ts'
import { openPostgres } from '../../../src/local/postgres.ts'
import { fillNewDatabase } from './fillDatabase.ts'
import { createLibrary } from './generator.ts'

async function main(): Promise<void> {
  const { clips, seed, skewed, state, postgres } = readOptions()
  if (postgres === undefined) process.on('exit', claimStateFolder(state, 'postgres'))
  const database =
    postgres === undefined ? await openPgliteFolder(join(state, 'postgres')) : openPostgres(postgres)
  try {
    const until = new Date(new Date().toISOString().slice(0, 10))
    const library = createLibrary({ clips, seed, skewed, until })
    const { rows, insertMs, indexMs, rebuildMs } = await fillNewDatabase(
      database,
      library,
      showProgress(clips),
    )
    console.log(rows)
    console.log(
      `rows in ${seconds(insertMs)}, indexes in ${seconds(indexMs)}, rebuilt and vacuumed in ${seconds(rebuildMs)}`,
    )
  } finally {
    await database.close()
  }
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      postgres: { type: 'string' },
      skewed: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      state: { type: 'string', default: '.wrangler/state' },
    },
  })
  const [clips, seed] = [Number(positionals[0]), Number(values.seed)]
  if (positionals.length !== 1 || !Number.isSafeInteger(clips) || clips < 1 || !Number.isSafeInteger(seed)) {
    throw new Failure(
      'Usage: npm run bench:library -- N [--postgres URL] [--skewed] [--seed S] [--state DIR]',
      2,
    )
  }
  return { ...values, clips, seed }
}

function showProgress(clips: number): (written: number) => void {
  if (!process.stdout.isTTY) return () => undefined
  return (written) => process.stdout.write(`\r${written} of ${clips} clips${written === clips ? '\n' : ''}`)
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

try {
  await main()
} catch (error) {
  process.exitCode = printError(error)
}
