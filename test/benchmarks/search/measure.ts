/**
 * What lists, searches and statistics cost as the library grows: the time and the buffers that the database itself reports
 * for the statements that the product sends. On a Postgres server of its own (Debian's `postgresql`), or in PGlite.
 *
 *   npm run bench:search -- [--sizes 1000,100000,1000000] [--pglite] [--skewed] [--rounds 40] [--plans] [--seed 1]
 */
import { parseArgs } from 'node:util'
import { Failure, printError } from '../../../src/local/failure.ts'
import { openPglite } from '../../../src/local/pglite.ts'
import { openPostgres } from '../../../src/local/postgres.ts'
import { startPostgres, type TemporaryPostgres } from '../../support/temporaryPostgres.ts'
import { createLibrary } from '../library/generator.ts'
import { fillNewDatabase } from '../library/fillDatabase.ts'
import { measureQueries, type FilledDatabase } from './measureQueries.ts'
import { measureUpkeep, selectRelations } from './measureUpkeep.ts'
import { queriesOf } from './queries.ts'
import { planText, queryTable, relationTable, upkeepTable } from './tables.ts'

/** Buffers count what is found in memory and what is read, so the size of the memory does not change them. */
const settings = { shared_buffers: '1GB', max_wal_size: '8GB', autovacuum: 'off' }

const largestOfPglite = 100_000

type Options = ReturnType<typeof readOptions>

function readOptions() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1000,100000,1000000' },
      pglite: { type: 'boolean', default: false },
      skewed: { type: 'boolean', default: false },
      plans: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
    },
  })
  const sizes = values.sizes.split(',').map(Number)
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
  const areCounts = [...sizes, rounds].every((count) => Number.isSafeInteger(count) && count > 0)
  if (!areCounts || !Number.isSafeInteger(seed))
    throw new Failure('--sizes, --rounds and --seed need numbers', 2)
  return { ...values, rounds, seed, sizes: sizes.filter((size) => !values.pglite || size <= largestOfPglite) }
}

async function fill(options: Options, clips: number, server: TemporaryPostgres | undefined) {
  const until = new Date(new Date().toISOString().slice(0, 10))
  const library = createLibrary({ clips, seed: options.seed, skewed: options.skewed, until })
  const database = server ? await createDatabase(server, `library_${clips}`) : await openPglite()
  const { insertMs, indexMs, rebuildMs } = await fillNewDatabase(database, library)
  const times = [insertMs, indexMs, rebuildMs].map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')
  console.error(`${clips} clips: rows, indexes, rebuilds in ${times}`)
  return { name: `${clips}`, database, library }
}

async function createDatabase(server: TemporaryPostgres, name: string) {
  const postgres = openPostgres(server.url)
  await postgres.query({ text: `create database ${name}`, params: [] })
  await postgres.close()
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return openPostgres(url.href)
}

async function report(filled: readonly FilledDatabase[], options: Options): Promise<void> {
  const names = filled.map(({ name }) => name)
  const measured = await measureQueries(filled, queriesOf(options.skewed), options.rounds)
  console.log(`${queryTable(names, measured)}\n`)
  const relations = []
  for (const { database } of filled) relations.push(await selectRelations(database))
  console.log(`${relationTable(names, relations)}\n`)
  const upkeep = []
  for (const one of filled) upkeep.push(...(await measureUpkeep(one)))
  console.log(upkeepTable(upkeep))
  if (options.plans) console.log(`\n${planText(measured)}`)
}

async function main(): Promise<void> {
  const options = readOptions()
  const server = options.pglite ? undefined : await startPostgres(settings)
  const filled: FilledDatabase[] = []
  const stop = () => server?.stop()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (stop(), process.exit(130)))
  try {
    for (const clips of options.sizes) filled.push(await fill(options, clips, server))
    await report(filled, options)
  } finally {
    for (const { database } of filled) await database.close()
    stop()
  }
}

try {
  await main()
} catch (error) {
  process.exitCode = printError(error)
}
