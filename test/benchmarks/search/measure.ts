/**
 * What lists, searches and statistics cost as the library grows: the time and the buffers that the database itself reports
 * for the statements that the product sends. On a Postgres server of its own (Debian's `postgresql`), or in PGlite.
 *
 *   npm run bench:search -- [--sizes 1000,100000,1000000] [--pglite] [--skewed] [--rounds 40] [--plans] [--seed 1]
 *     [--fuzz 5500] [--postgres postgresql://…]
 */
import { parseArgs } from 'node:util'
import { Failure, printError } from '../../../src/local/failure.ts'
import { openPglite } from '../../../src/local/pglite.ts'
import { openPostgres } from '../../../src/local/postgres.ts'
import { startPostgres } from '../../support/temporaryPostgres.ts'
import { createLibrary } from '../library/generator.ts'
import { fillNewDatabase } from '../library/fillDatabase.ts'
import { checkBounds } from './bound.ts'
import { randomQuery, slowQuery } from './fuzzQueries.ts'
import { measureQueries, type FilledDatabase } from './measureQueries.ts'
import { measureUpkeep, selectRelations } from './measureUpkeep.ts'
import { queriesOf } from './queries.ts'
import { breachesOf, planText, queryTable, relationTable, upkeepTable } from './tables.ts'

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
      fuzz: { type: 'string' },
      postgres: { type: 'string' },
    },
  })
  const sizes = values.sizes.split(',').map(Number)
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
  const fuzzed = Number(values.fuzz ?? 0)
  const areCounts = [...sizes, rounds, fuzzed || 1].every((count) => Number.isSafeInteger(count) && count > 0)
  if (!areCounts || !Number.isSafeInteger(seed))
    throw new Failure('--sizes, --rounds, --fuzz and --seed need numbers', 2)
  return {
    ...values,
    rounds,
    seed,
    fuzzed,
    sizes: sizes.filter((size) => !values.pglite || size <= largestOfPglite),
  }
}

async function fill(options: Options, clips: number, serverUrl: string | undefined): Promise<FilledDatabase> {
  const { seed, skewed } = options
  const today = new Date().toISOString().slice(0, 10)
  const name = `library_${clips}_${skewed ? 'skewed' : 'even'}_${seed}`
  const opened = serverUrl === undefined ? undefined : await openDatabase(serverUrl, name)
  const filledOn = opened?.filledOn
  const library = createLibrary({ clips, seed, skewed, until: new Date(filledOn ?? today) })
  const database = opened?.database ?? (await openPglite())
  if (filledOn === undefined) {
    const { insertMs, indexMs, rebuildMs } = await fillNewDatabase(database, library)
    const times = [insertMs, indexMs, rebuildMs].map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')
    console.error(`${clips} clips: rows, indexes, rebuilds in ${times}`)
    if (opened) await database.query({ text: `comment on database ${name} is '${today}'`, params: [] })
  }
  return { name: `${clips}`, database, library }
}

/** The comment of a database is the day of the library that it is filled with. */
async function openDatabase(serverUrl: string, name: string) {
  const server = openPostgres(serverUrl)
  const text = `select shobj_description(oid, 'pg_database') from pg_database where datname = $1`
  const { rows } = await server.query({ text, params: [name] })
  if (rows.length === 0) await server.query({ text: `create database ${name}`, params: [] })
  await server.close()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { database: openPostgres(url.href), filledOn: rows[0]?.[0] ?? undefined }
}

/** Most are of any letters, and one in eleven is made to be slow. */
async function fuzz(filled: FilledDatabase, count: number): Promise<void> {
  const queries = Array.from({ length: count }, (_, n) =>
    n % 11 === 0 ? slowQuery(n, filled.library) : randomQuery(n),
  )
  const bounds = await checkBounds(filled, queries)
  console.log(`\n${filled.name} clips: ${bounds.queries} queries, at most ${bounds.mostBuffers} buffers`)
  for (const breach of bounds.breaches) console.log(breach)
  if (bounds.breaches.length > 0) process.exitCode = 1
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
  const breaches = breachesOf(measured)
  console.log(`\nOver their bounds: ${breaches.length}`)
  for (const breach of breaches) console.log(breach)
  if (breaches.length > 0) process.exitCode = 1
  if (options.plans) console.log(`\n${planText(measured)}`)
}

async function main(): Promise<void> {
  const options = readOptions()
  const needsServer = !options.pglite && options.postgres === undefined
  const server = needsServer ? await startPostgres(settings) : undefined
  const filled: FilledDatabase[] = []
  const stop = () => server?.stop()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (stop(), process.exit(130)))
  try {
    for (const clips of options.sizes)
      filled.push(await fill(options, clips, options.postgres ?? server?.url))
    await report(filled, options)
    const largest = filled.at(-1)
    if (largest && options.fuzzed > 0) await fuzz(largest, options.fuzzed)
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
