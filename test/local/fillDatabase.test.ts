/** The generator of large libraries writes what the product would have written. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateThrough } from '../../src/local/migrate.ts'
import type { LocalDatabase } from '../../src/local/database.ts'
import { serveNeon } from '../../src/local/neonEndpoint.ts'
import { openPglite } from '../../src/local/pglite.ts'
import { fillDatabase } from '../benchmarks/library/fillDatabase.ts'
import { createLibrary } from '../benchmarks/library/generator.ts'

const until = new Date('2026-11-27T00:00:00Z')
const library = createLibrary({ clips: 300, seed: 1, skewed: true, until })
const indexes = `select indexdef from pg_indexes where schemaname = 'public' order by indexname`

let database: LocalDatabase
let indexesBefore: unknown
let report: Awaited<ReturnType<typeof fillDatabase>>

const rowsOf = async (text: string) => (await database.query({ text, params: [] })).rows
const run = async (...texts: string[]) => {
  for (const text of texts) await database.query({ text, params: [] })
}

beforeAll(async () => {
  database = await openPglite()
  const endpoint = await serveNeon(database)
  await migrateThrough({ databaseUrl: 'postgresql://clips:clips@localhost/clips', endpoint: endpoint.url })
  await endpoint.close()
  indexesBefore = await rowsOf(indexes)
  await run(
    `create table triggered (n integer)`,
    `create function refuse_clip() returns trigger language plpgsql as $$ begin raise 'a trigger ran'; end $$`,
    `create trigger refuse_clips before insert on clips for each row execute function refuse_clip()`,
    `create function rebuild_triggered() returns void language sql as 'insert into triggered select count(*) from clips'`,
  )
  report = await fillDatabase(database, library)
})
afterAll(async () => await database.close())

it('writes all clips past the triggers, and rebuilds what they would have written', async () => {
  expect(report.rows['clips']).toBe(300)
  expect(await rowsOf('select n from triggered')).toEqual([['300']])
  // Afterwards they run again.
  const insert = `insert into clips (id, title, content_type, size, sha256)
    values (gen_random_uuid(), 'x', 'audio/wav', 1, repeat('0', 64))`
  await expect(run(insert)).rejects.toThrow('a trigger ran')
})

it('writes each clip as it was generated', async () => {
  const clip = library.clip(42)
  const [row] = await rowsOf(
    `select title, artist, genre, array_to_json(tags), license, duration, sha256 from clips where id = '${clip.id}'`,
  )
  const { title, artist, genre, tags, license, duration, sha256 } = clip
  expect(row).toEqual([
    title,
    artist,
    genre,
    JSON.stringify(tags),
    license,
    duration?.toString() ?? null,
    sha256,
  ])
})

it('leaves every index as it was', async () => {
  expect(await rowsOf(indexes)).toEqual(indexesBefore)
})

it('has totals that follow from the days, by the formulas of the product', async () => {
  const wrong = await rowsOf(`
    select id from clips left join (
      select clip_id, sum(plays) as plays, round(((latest - date '2020-01-01') / 3.0::float8
        + ln(sum(plays * power(2.0::float8, (date - latest) / 3.0::float8))) / ln(2.0::float8))::numeric, 6) as trend
      from (select *, max(date) over (partition by clip_id) as latest from clip_days) day group by clip_id, latest
    ) past on clip_id = id
    where play_count <> coalesce(plays, 0) or abs(clips.trend - coalesce(past.trend, 0)) > 0.000001`)
  expect(wrong).toEqual([])
  expect(await rowsOf('select count(*) > 0 from clips where play_count > 0')).toEqual([['t']])
  const sums = `select (select sum(plays) from clip_days) = (select sum(plays) from library_days),
    (select sum(plays) from clip_days) = (select sum(plays) from clip_countries)`
  expect(await rowsOf(sums)).toEqual([['t', 't']])
})

it('refuses a library that has clips', async () => {
  await expect(fillDatabase(database, library)).rejects.toThrow('has clips already')
})
