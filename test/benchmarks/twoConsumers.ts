/**
 * What happens when consumers of plays do run at once, on a real Postgres: whether the tables are exact all the same, and
 * how often batches have to come again. Each batch is sent twice now and then at the very same time, as when a statement
 * that timed out is still at work while its batch is retried.
 *
 *   npm exec -- node test/benchmarks/twoConsumers.ts --postgres postgresql://postgres@127.0.0.1:5433/clips
 *
 * The database must be an empty one; it is migrated and left filled.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { neon, NeonDbError } from '@neondatabase/serverless'
import { v7 as uuidv7 } from 'uuid'
import { insertRow } from '../support/clipRows.ts'
import { connect } from '../../src/db/connection.ts'
import { recordPlays, type PlayEvent } from '../../src/db/plays.ts'
import { migrateThrough } from '../../src/local/migrate.ts'
import { serveNeon } from '../../src/local/neonEndpoint.ts'
import { openPostgres } from '../../src/local/postgres.ts'
import { modelTables, Tables, tablesStatement } from '../support/playModel.ts'

const { values } = parseArgs({
  options: {
    postgres: { type: 'string' },
    events: { type: 'string', default: '10000' },
    consumers: { type: 'string', default: '4' },
  },
})
if (values.postgres === undefined) throw new Error('--postgres is missing')

const windowSeconds = 30
const postgres = openPostgres(values.postgres)
const endpoint = await serveNeon(postgres)
const databaseUrl = 'postgresql://clips:clips@localhost/clips'
await migrateThrough({ databaseUrl, endpoint: endpoint.url })
const db = connect({ url: databaseUrl, endpoint: endpoint.url })

const clips = Array.from({ length: 20 }, () => uuidv7())
for (const id of clips) {
  const sha256 = id.replaceAll('-', '').repeat(2)
  await insertRow(db, { id, title: id, contentType: 'audio/mpeg', size: 1, sha256 })
}

const midnightMs = Date.parse(new Date().toISOString().slice(0, 10))
const below = (limit: number) => Math.floor(Math.random() * limit)
const events = Array.from({ length: Number(values.events) }, (): PlayEvent => {
  const at = new Date(midnightMs - 300_000 + below(600_000)).toISOString()
  const listener = String(below(120)).padStart(64, '0')
  return {
    id: uuidv7(),
    clip: clips[below(20)] ?? '',
    listener,
    country: ['CZ', 'DE', null][below(3)] ?? null,
    at,
  }
})

const tally = { batches: 0, 'came again': 0, codes: new Map<string, number>() }
const ms: number[] = []

async function tryBatch(batch: PlayEvent[]): Promise<boolean> {
  const startedMs = performance.now()
  try {
    await recordPlays(db, batch, windowSeconds)
    ms.push(performance.now() - startedMs)
    return true
  } catch (error) {
    if (!(error instanceof NeonDbError) || error.code === undefined) throw error
    tally.codes.set(error.code, (tally.codes.get(error.code) ?? 0) + 1)
    return false
  }
}

const waiting = Array.from({ length: Math.ceil(events.length / 100) }, (_, n) =>
  events.slice(n * 100, n * 100 + 100),
)
const startedMs = performance.now()
await Promise.all(
  Array.from({ length: Number(values.consumers) }, async () => {
    for (let batch = waiting.pop(); batch; batch = waiting.pop()) {
      tally.batches += 1
      const twice = tally.batches % 5 === 0 ? [tryBatch(batch), tryBatch(batch)] : [tryBatch(batch)]
      const written = await Promise.all(twice)
      if (written.some((one) => one)) continue
      tally['came again'] += 1
      waiting.unshift(batch)
    }
  }),
)
const seconds = (performance.now() - startedMs) / 1000

const [row] = await neon(databaseUrl).query(tablesStatement)
const exact = isDeepStrictEqual(Tables.parse(row), modelTables(events, clips, windowSeconds))
const sorted = ms.toSorted((a, b) => a - b)
console.log(tally)
console.log(
  `${events.length} events in ${seconds.toFixed(1)} s; a batch of 100: median ${sorted[sorted.length >> 1]?.toFixed(1)} ms`,
)
console.log(exact ? 'exact' : 'NOT EXACT')
await endpoint.close()
await postgres.close()
process.exitCode = exact ? 0 : 1
