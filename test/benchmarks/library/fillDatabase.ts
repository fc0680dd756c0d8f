/** Writes a generated library into an empty database. */
import type { LocalDatabase } from '../../../src/local/database.ts'
import { Failure } from '../../../src/local/failure.ts'
import { migrateThrough } from '../../../src/local/migrate.ts'
import { serveNeon } from '../../../src/local/neonEndpoint.ts'
import type { Library } from './generator.ts'
import { createPlays } from './plays.ts'
import {
  createSecondaryIndexes,
  dropSecondaryIndexes,
  withoutTriggers,
  type InsertRows,
} from './fastInserts.ts'

/** Clips in one statement. */
const batchSize = 5000

const filledTables = ['clips', 'clip_days', 'clip_countries', 'library_days']

export type FillReport = {
  /** Rows by table. */
  rows: Record<string, number>
  /** Until all rows are written, until the indexes are there, and until the rebuilds and vacuum have ended. */
  insertMs: number
  indexMs: number
  rebuildMs: number
}

/** Migrates the database first, through an endpoint of its own. */
export async function fillNewDatabase(...args: Parameters<typeof fillDatabase>): Promise<FillReport> {
  const endpoint = await serveNeon(args[0])
  try {
    await migrateThrough({
      databaseUrl: 'postgresql://clips:clips@localhost/clips',
      endpoint: endpoint.url,
    })
  } finally {
    await endpoint.close()
  }
  return await fillDatabase(...args)
}

export async function fillDatabase(
  database: LocalDatabase,
  library: Library,
  progress: (written: number) => void = () => undefined,
): Promise<FillReport> {
  await checkIsEmpty(database)
  const startedMs = performance.now()
  const dropped = await dropSecondaryIndexes(database, filledTables)
  const insertedMs = await withoutTriggers(database, filledTables, async (insert) => {
    await insertAll(insert, library, progress)
    return performance.now()
  }).finally(async () => await createSecondaryIndexes(database, dropped))
  const indexedMs = performance.now()
  await rebuildDerivedTables(database)
  return {
    rows: await countRows(database),
    insertMs: insertedMs - startedMs,
    indexMs: indexedMs - insertedMs,
    rebuildMs: performance.now() - indexedMs,
  }
}

async function checkIsEmpty(database: LocalDatabase): Promise<void> {
  const { rows } = await database.query({ text: 'select 1 from clips limit 1', params: [] })
  if (rows.length > 0) throw new Failure('The database has clips already. The generator needs an empty one.')
}

async function insertAll(insert: InsertRows, library: Library, progress: (written: number) => void) {
  const playsOf = createPlays(library)
  for (let first = 0; first < library.clips; first += batchSize) {
    const size = Math.min(batchSize, library.clips - first)
    const batch = Array.from({ length: size }, (_, index) => ({
      ...library.clip(first + index),
      ...playsOf(first + index),
    }))
    await insert(insertClips, batch)
    await insert(
      insertDays,
      batch.flatMap(({ id, days }) => days.map((day) => ({ id, ...day }))),
    )
    await insert(
      insertCountries,
      batch.flatMap(({ id, countries }) => countries.map((country) => ({ id, ...country }))),
    )
    progress(first + size)
  }
  await insert(insertLibraryDays, [])
}

/** Batches are JSON, because `unnest` has no arrays of arrays of different lengths. Other columns keep their defaults. */
const insertClips = `
  insert into clips (id, owner_id, title, description, artist, genre, tags, license, visibility, duration, content_type,
    size, codec, bitrate, sample_rate, channels, sha256, play_count, trend, analysis, loudness, peak, created_at, updated_at)
  select id, "ownerId", title, description, artist, genre, tags, license, visibility, duration, "contentType",
    size, codec, bitrate, "sampleRate", channels, sha256, "playCount", trend, 'done', loudness, peak, "createdAt", "createdAt"
  from json_to_recordset($1::json) as clip (id uuid, "ownerId" uuid, title text, description text, artist text,
    genre text, tags text[], license text, visibility text, duration float8, "contentType" text, size bigint, codec text,
    bitrate integer, "sampleRate" integer, channels integer, sha256 text, "playCount" bigint, trend float8, loudness real,
    peak real, "createdAt" timestamptz)`

const insertDays = `
  insert into clip_days (clip_id, date, plays, listeners, repeats, last_started_at)
  select id, date, plays, listeners, repeats, date
  from json_to_recordset($1::json) as day (id uuid, date date, plays integer, listeners integer, repeats integer)`

const insertCountries = `
  insert into clip_countries (clip_id, country, plays)
  select id, country, plays from json_to_recordset($1::json) as played (id uuid, country text, plays bigint)`

/** The parameter is an empty list. */
const insertLibraryDays = `
  insert into library_days (date, plays, listeners)
  select date, sum(plays), sum(listeners) from clip_days where $1::json is not null group by date`

/** What triggers would have kept up: the database has a function `rebuild_…` for each such table. */
async function rebuildDerivedTables(database: LocalDatabase): Promise<void> {
  const { rows } = await database.query({
    text: `select oid::regproc::text from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f'
      and proname like 'rebuild\\_%' and prorettype <> 'trigger'::regtype order by proname`,
    params: [],
  })
  for (const [name] of rows) await database.query({ text: `select ${name}()`, params: [] })
  await database.query({ text: 'vacuum analyze', params: [] })
}

async function countRows(database: LocalDatabase): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of filledTables) {
    const { rows } = await database.query({ text: `select count(*) from ${table}`, params: [] })
    counts[table] = Number(rows[0]?.[0])
  }
  return counts
}
