/** What an insert of a clip and a batch of plays cost, and how large each index is. */
import { v7 as uuidv7 } from 'uuid'
import { insertClip } from '../../../src/db/clips.ts'
import type { Database } from '../../../src/db/connection.ts'
import { recordPlays, type PlayEvent } from '../../../src/db/plays.ts'
import type { LocalDatabase } from '../../../src/local/database.ts'
import { unconditionally } from '../../support/clipRows.ts'
import { createLibrary, type Library } from '../library/generator.ts'
import { explainAll } from './explain.ts'
import { withRecording, type FilledDatabase } from './measureQueries.ts'
import { recordStatements } from './recordStatements.ts'

export type Relation = { name: string; bytes: number; scans: number }
export type Upkeep = {
  library: string
  what: string
  /** Of each statement, with its triggers. */
  ms: number[]
  /** Pages of a statement on the average, with all that its triggers and its planning touch. */
  buffers: number
}

const inserts = 200
const batches = 30

type Write = (db: Database) => Promise<unknown>

/** Inserts clips of another seed, and counts plays. Both stay. */
export async function measureUpkeep(filled: FilledDatabase): Promise<Upkeep[]> {
  const { library } = filled
  const others = createLibrary({ ...library, seed: library.seed + 1 })
  const inserted: Write[] = []
  for (let n = library.clips - 1; n >= Math.max(0, library.clips - inserts); n -= 1) {
    inserted.push(async (db) => await insertClip(db, others.clip(n), unconditionally))
  }
  const counted: Write[] = Array.from(
    { length: batches },
    () => async (db) => await recordPlays(db, playsOf(library), 30),
  )
  return [
    await measureWrites(filled, 'an insert of a clip', inserted),
    await measureWrites(filled, 'a batch of 100 plays', counted),
  ]
}

/** One play of each of 100 clips. */
function playsOf(library: Library): PlayEvent[] {
  return Array.from({ length: 100 }, (_, index) => ({
    id: uuidv7(),
    clip: library.clip(Math.floor((library.clips * (index + 0.5)) / 100)).id,
    listener: uuidv7().replaceAll('-', '').padStart(64, '0'),
    country: 'CZ',
    at: new Date().toISOString(),
  }))
}

async function measureWrites({ name, database }: FilledDatabase, what: string, writes: Write[]) {
  const recording = recordStatements(database, { dry: true })
  const statements = await withRecording(recording, async ({ db }) => {
    for (const write of writes) await write(db)
    return recording.take()
  })
  const ms: number[] = []
  const before = await touchedBuffers(database)
  for (const statement of statements) ms.push((await explainAll(database, [statement])).ms)
  const touched = (await touchedBuffers(database)) - before
  return { library: name, what, ms, buffers: touched / statements.length }
}

/** All buffers that sessions have touched: `explain` leaves those of triggers out. */
async function touchedBuffers(database: LocalDatabase): Promise<number> {
  await database.query({ text: 'select pg_stat_force_next_flush()', params: [] })
  const text = 'select blks_hit + blks_read from pg_stat_database where datname = current_database()'
  return Number((await database.query({ text, params: [] })).rows[0]?.[0])
}

/** Every index and table, and how often a statement has scanned it since it was made. */
export async function selectRelations(database: LocalDatabase): Promise<Relation[]> {
  await database.query({ text: 'select pg_stat_force_next_flush()', params: [] })
  const text = `
    select indexrelid::regclass::text, pg_relation_size(indexrelid), idx_scan from pg_stat_user_indexes
    where schemaname = 'public'
    union all
    select 'table ' || relname, pg_table_size(relid), seq_scan from pg_stat_user_tables where schemaname = 'public'
    order by 2 desc`
  const { rows } = await database.query({ text, params: [] })
  return rows.map(([name, bytes, scans]) => ({
    name: name ?? '',
    bytes: Number(bytes),
    scans: Number(scans),
  }))
}
