/** What lists and searches read at most, in a skewed library on a real Postgres. `npm run bench:search` does it at a million clips. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPostgres } from '../../src/local/postgres.ts'
import { fillNewDatabase } from '../benchmarks/library/fillDatabase.ts'
import { createLibrary } from '../benchmarks/library/generator.ts'
import { checkBounds } from '../benchmarks/search/bound.ts'
import { slowQuery } from '../benchmarks/search/fuzzQueries.ts'
import type { FilledDatabase } from '../benchmarks/search/measureQueries.ts'
import { queriesOf } from '../benchmarks/search/queries.ts'
import { startPostgres, type TemporaryPostgres } from '../support/temporaryPostgres.ts'

const clips = 30_000

let server: TemporaryPostgres
let filled: FilledDatabase

beforeAll(async () => {
  server = await startPostgres({ shared_buffers: '512MB', autovacuum: 'off' })
  const library = createLibrary({ clips, seed: 1, skewed: true, until: new Date('2026-11-01') })
  const database = openPostgres(server.url)
  filled = { name: `${clips}`, database, library }
  await fillNewDatabase(database, library)
})
afterAll(async () => {
  await filled.database.close()
  server.stop()
})

it('has a bound for each query that we measure', async () => {
  const queries = queriesOf(true).filter(({ mostBuffers }) => mostBuffers !== Infinity)
  expect((await checkBounds(filled, queries)).breaches).toEqual([])
})

it('has a bound for queries that are made to be slow', async () => {
  const queries = Array.from({ length: 500 }, (_, n) => slowQuery(n, filled.library))
  expect((await checkBounds(filled, queries)).breaches).toEqual([])
})
