/** Measures each query in each library, in turn, so that what else the machine does meets all of them alike. */
import { connect, type Database } from '../../../src/db/connection.ts'
import type { LocalDatabase, Statement } from '../../../src/local/database.ts'
import { oneLineMessage } from '../../../src/local/failure.ts'
import { serveNeon } from '../../../src/local/neonEndpoint.ts'
import type { Library } from '../library/generator.ts'
import { explainAll, type Cost } from './explain.ts'
import { openFrontDoor, type Ask } from './frontDoor.ts'
import { mostBuffers, type NamedQuery, type Scope } from './namedQuery.ts'
import { recordStatements, type Recording } from './recordStatements.ts'

export type FilledDatabase = { name: string; database: LocalDatabase; library: Library }

/** The costs of one query in one library, one for each round. */
export type Measured = { query: string; library: string; mostBuffers: number; costs: Cost[] }

/** Each is about another clip. A query that takes longer than `slowMs` has one, and fewer rounds. */
const variants = 5
const slowMs = 1000
const budgetMs = 15_000

type Prepared = Measured & { database: LocalDatabase; statements: Statement[][]; spentMs: number }

export async function measureQueries(
  filled: readonly FilledDatabase[],
  queries: readonly NamedQuery[],
  rounds: number,
): Promise<Measured[]> {
  const prepared: Prepared[] = []
  for (const one of filled) prepared.push(...(await prepareAll(one, queries)))
  // In the order of the queries, so that the libraries take turns.
  const inTurn = queries.flatMap(({ name }) => prepared.filter(({ query }) => query === name))
  for (let round = 0; round < rounds; round += 1) {
    for (const one of inTurn) if (one.spentMs < budgetMs) await measureOnce(one, round)
  }
  return inTurn
}

async function measureOnce(one: Prepared, round: number): Promise<void> {
  const startedMs = performance.now()
  one.costs.push(await explainAll(one.database, one.statements[round % one.statements.length] ?? []))
  one.spentMs += performance.now() - startedMs
}

/** Calls the product's functions once, which also warms the caches, and keeps the statements that they send. */
async function prepareAll(filled: FilledDatabase, queries: readonly NamedQuery[]): Promise<Prepared[]> {
  const recording = recordStatements(filled.database)
  return await withRecording(recording, async (doors) => {
    const prepared: Prepared[] = []
    for (const query of queries) {
      const statements = await statementsOf(query, { ...doors, library: filled.library }, recording)
      const { name: library, database } = filled
      const { name: ofQuery, mostBuffers: most = mostBuffers } = query
      prepared.push({
        query: ofQuery,
        mostBuffers: most,
        library,
        database,
        statements,
        costs: [],
        spentMs: 0,
      })
    }
    return prepared
  })
}

/** The driver has one endpoint for all connections: one recording at a time. */
export async function withRecording<Result>(
  recording: Recording,
  work: (doors: { ask: Ask; db: Database }) => Promise<Result>,
): Promise<Result> {
  const endpoint = await serveNeon(recording.database)
  try {
    const db = connect({ url: 'postgresql://clips:clips@localhost/clips', endpoint: endpoint.url })
    return await work({ db, ask: openFrontDoor(endpoint.url) })
  } finally {
    await endpoint.close()
  }
}

async function statementsOf(
  query: NamedQuery,
  scope: Omit<Scope, 'known'>,
  recording: Recording,
): Promise<Statement[][]> {
  const { library } = scope
  const all: Statement[][] = []
  const startedMs = performance.now()
  for (let variant = 0; variant < variants; variant += 1) {
    const known = library.clip(Math.floor((library.clips * (variant + 0.5)) / variants))
    const before = await query.before?.({ ...scope, known })
    recording.take()
    // One that is given up has been recorded all the same.
    const failure = await query.run({ ...scope, known }, before).then(
      () => undefined,
      (error: unknown) => error,
    )
    const statements = recording.take()
    if (statements.length === 0) throw new Error(`${query.name} sends nothing`, { cause: failure })
    if (failure !== undefined)
      console.error(`${query.name}, ${library.clips} clips: ${oneLineMessage(failure)}`)
    all.push(statements)
    if (performance.now() - startedMs > slowMs) break
  }
  return all
}
