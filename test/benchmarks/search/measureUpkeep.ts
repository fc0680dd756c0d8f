/** What an insert of a clip costs, and how large each index is. */
import { insertClip } from '../../../src/db/clips.ts'
import type { LocalDatabase } from '../../../src/local/database.ts'
import { unconditionally } from '../../support/clipRows.ts'
import { createLibrary } from '../library/generator.ts'
import { explainAll } from './explain.ts'
import { withRecording, type FilledDatabase } from './measureQueries.ts'
import { recordStatements } from './recordStatements.ts'

export type Relation = { name: string; bytes: number; scans: number }
export type Upkeep = {
  library: string
  /** Of each insert, with its triggers. */
  insertMs: number[]
  /** Pages of an insert on the average, with all that its triggers and its planning touch. */
  buffersPerInsert: number
}

const inserts = 200

/** Inserts clips of another seed. They stay. */
export async function measureUpkeep({ name, database, library }: FilledDatabase): Promise<Upkeep> {
  const others = createLibrary({ ...library, seed: library.seed + 1 })
  const insertMs: number[] = []
  const statements = await withRecording(recordStatements(database, { dry: true }), async (db, recording) => {
    for (let n = library.clips - 1; n >= Math.max(0, library.clips - inserts); n -= 1) {
      await insertClip(db, others.clip(n), unconditionally)
    }
    return recording.take()
  })
  const before = await touchedBuffers(database)
  for (const statement of statements) insertMs.push((await explainAll(database, [statement])).ms)
  const touched = (await touchedBuffers(database)) - before
  return { library: name, insertMs, buffersPerInsert: touched / statements.length }
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
