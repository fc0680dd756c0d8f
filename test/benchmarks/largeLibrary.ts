/**
 * What lists, statistics and counting cost in a large library: each of our statements, and beside the page of those that
 * trend the same page by summing the days up when it is asked for. In PGlite, or in an empty Postgres.
 *
 *   npm exec -- node test/benchmarks/largeLibrary.ts [--clips 100000] [--rounds 15] [--postgres postgresql://…]
 */
import { parseArgs } from 'node:util'
import { neon } from '@neondatabase/serverless'
import { v7 as uuidv7 } from 'uuid'
import type { ClipOrderName } from '../../src/db/clipSearch.ts'
import { selectClips, type ClipFilter } from '../../src/db/clipSearch.ts'
import { connect } from '../../src/db/connection.ts'
import { recordPlays, type PlayEvent } from '../../src/db/plays.ts'
import { selectClipStats, selectLibraryStats } from '../../src/db/stats.ts'
import { migrateThrough } from '../../src/local/migrate.ts'
import { serveNeon } from '../../src/local/neonEndpoint.ts'
import { openPglite } from '../../src/local/pglite.ts'
import { openPostgres } from '../../src/local/postgres.ts'

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '15' },
    postgres: { type: 'string' },
  },
})
const clipCount = Number(values.clips)

const postgres = values.postgres === undefined ? await openPglite() : openPostgres(values.postgres)
const endpoint = await serveNeon(postgres)
const databaseUrl = 'postgresql://clips:clips@localhost/clips'
await migrateThrough({ databaseUrl, endpoint: endpoint.url })
const db = connect({ url: databaseUrl, endpoint: endpoint.url })
const query = neon(databaseUrl)

/** The id of the clip with a number; in SQL the number is `n`. */
const idOf = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
const clipId = `('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`
const fill = [
  // One session does all of this, because it is done in turn.
  `set statement_timeout = 0`,
  `insert into clips (id, title, artist, genre, tags, content_type, size, duration, sha256, created_at, play_count, trend)
    select ${clipId}, 'Clip ' || n, 'Artist ' || n % 5000, 'genre ' || n % 40, array['tag ' || n % 300, 'tag ' || n % 7],
      'audio/mpeg', 480000, 1 + n % 60, encode(sha256(n::text::bytea), 'hex'), now() - n * interval '1 minute', 0, 0
    from generate_series(1, ${clipCount}) n`,
  // Ten days with plays each: a million rows for 100,000 clips.
  `insert into clip_days (clip_id, date, plays, listeners, repeats, last_started_at)
    select ${clipId}, day, 1 + (hashint4(n + age) & 31), 1, 0, day
    from generate_series(1, ${clipCount}) n, generate_series(0, 9) age,
      lateral (select (now() at time zone 'UTC')::date - (n % 5 + age * 2) as day)`,
  `insert into library_days select date, sum(plays), sum(listeners) from clip_days group by date`,
  `insert into play_events (id, clip_id, listener, country, at, counted)
    select gen_random_uuid(), clip_id, lpad(to_hex(hashint8(row_number() over ()) & 65535), 64, '0'), 'CZ', date, true
    from clip_days`,
  `update clips set play_count = past.plays, trend = past.trend from (
    select clip_id, sum(plays) as plays, round(((latest - date '2020-01-01') / 3.0::float8
      + ln(sum(plays * power(2.0::float8, (date - latest) / 3.0::float8))) / ln(2.0::float8))::numeric, 6) as trend
    from (select *, max(date) over (partition by clip_id) as latest from clip_days) day group by clip_id, latest
  ) past where past.clip_id = clips.id`,
  `vacuum analyze`,
]
// Not through the driver, which gives no statement that long.
for (const text of fill) await postgres.query({ text, params: [] })

const everything: ClipFilter = { words: [], genre: undefined, tags: [], visible: 'public' }
const page = async (order: ClipOrderName, filter: Partial<ClipFilter> = {}) =>
  await selectClips(db, { ...everything, ...filter }, order, undefined, 21)

async function middleOf(order: ClipOrderName) {
  const position = (await selectClips(db, everything, order, undefined, Math.floor(clipCount / 2))).at(-1)
  if (!position) throw new Error('the library is empty')
  const after = { value: position.orderedBy, id: position.id }
  return async () => await selectClips(db, everything, order, after, 21)
}

const summedUp = `select clips.*, coalesce(trend.score, 0) from clips left join (
    select clip_id, sum(plays * power(0.5::float8, ((now() at time zone 'UTC')::date - date) / 3.0::float8)) as score
    from clip_days where date > (now() at time zone 'UTC')::date - 14 group by clip_id
  ) trend on trend.clip_id = clips.id
  where visibility = 'public' order by coalesce(trend.score, 0) desc, id desc limit 21`

const batch = (): PlayEvent[] =>
  Array.from({ length: 100 }, () => ({
    id: uuidv7(),
    clip: idOf(1 + Math.floor(Math.random() * clipCount)),
    listener: String(Math.floor(Math.random() * 1e6)).padStart(64, '0'),
    country: 'CZ',
    at: new Date().toISOString(),
  }))

const works: Record<string, () => Promise<unknown>> = {
  'newest, first page': async () => await page('newest'),
  'newest, from the middle': await middleOf('newest'),
  'popular, first page': async () => await page('popular'),
  'popular, from the middle': await middleOf('popular'),
  'trending, first page': async () => await page('trending'),
  'trending, from the middle': await middleOf('trending'),
  'trending, summed up when asked for': async () => await query.query(summedUp),
  'newest of a genre': async () => await page('newest', { genre: 'genre 7' }),
  'newest with two tags': async () => await page('newest', { tags: ['tag 5', 'tag 12'] }),
  'newest with a word': async () => await page('newest', { words: ['4711'] }),
  'statistics of a clip, 365 days': async () => await selectClipStats(db, idOf(1), 365),
  'statistics of the library, 365 days': async () => await selectLibraryStats(db, 365, 10),
  'a batch of 100 plays': async () => await recordPlays(db, batch(), 30),
}

// In turn, so that what else the machine does meets all of them alike.
const ms = new Map<string, number[]>(Object.keys(works).map((name) => [name, []]))
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [name, work] of Object.entries(works)) {
    const startedMs = performance.now()
    await work()
    ms.get(name)?.push(performance.now() - startedMs)
  }
}

const median = (name: string) => ms.get(name)?.toSorted((a, b) => a - b)[Number(values.rounds) >> 1] ?? NaN
const unit = median('newest, first page')
console.log(
  `${clipCount} clips, ${clipCount * 10} clip-days, as many events; medians of ${values.rounds} rounds`,
)
for (const name of ms.keys()) {
  console.log(
    `${name.padEnd(40)}${median(name).toFixed(1).padStart(8)} ms${(median(name) / unit).toFixed(1).padStart(8)} ×`,
  )
}
await endpoint.close()
await postgres.close()
