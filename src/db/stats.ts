/** The statements that read plays. They read the daily tables only, in one round trip each. */
import { sql } from 'drizzle-orm'
import { z } from '@hono/zod-openapi'
import type { Database } from './connection.ts'

const Day = z.object({
  date: z.iso.date().openapi({ description: 'UTC.', example: '2026-11-22' }),
  plays: z.int().openapi({ description: 'Plays of that day.', example: 3 }),
  listeners: z.int().openapi({ description: 'Distinct listeners of that day.', example: 2 }),
})

const title = z.string().openapi({ description: 'Name of the clip.', example: 'Rain on a tin roof' })
const playCount = z.int().openapi({ description: 'All plays.', example: 12 })
const listeners = z.int().openapi({
  description: 'The sum of the listeners of all days: one who listens on two days counts twice.',
  example: 9,
})
const daily = z.array(Day).openapi({ description: 'The last days, oldest first, with those without plays.' })

/** The statistics of a clip, and whose it is. */
export const StoredClipStats = z.object({
  title,
  visibility: z.enum(['public', 'private']),
  ownerId: z.uuid().nullable(),
  play_count: playCount,
  listeners,
  last_played_at: z.iso.datetime().nullable().openapi({
    description: 'The last start, also a repeat. Null without plays.',
    example: '2026-11-22T10:00:00.000Z',
  }),
  daily,
  countries: z
    .array(
      z.object({
        country: z.string().nullable().openapi({
          description: 'ISO 3166-1, or T1 for Tor; null if unknown.',
          example: 'CZ',
        }),
        plays: z.int().openapi({ description: 'All plays from there.', example: 7 }),
      }),
    )
    .openapi({ description: 'All plays by country, most first.' }),
})

/** The statistics of the library. */
export const LibraryStats = z
  .object({
    clips: z.int().openapi({ description: 'Public clips.', example: 6 }),
    bytes_stored: z.int().openapi({ description: 'Bytes of their audio.', example: 4_812_345 }),
    plays: z.int().openapi({ description: 'Plays of all clips, with those deleted since.', example: 120 }),
    listeners,
    top_clips: z
      .array(z.object({ id: z.uuid(), title, play_count: playCount }))
      .openapi({ description: 'The ten most played public clips.' }),
    daily,
  })
  .openapi('LibraryStats')

/** The last days (UTC), today last, as a table `day (date)`. */
const lastDays = (days: number) =>
  sql`(select (now() at time zone 'UTC')::date - age as date from generate_series(0, ${days - 1}) age) day`

const dayOf = (table: string) =>
  sql`json_build_object('date', day.date, 'plays', coalesce(${sql.raw(table)}.plays, 0),
    'listeners', coalesce(${sql.raw(table)}.listeners, 0))`

/** A clip's statistics; undefined if there is no such clip. */
export async function selectClipStats(
  db: Database,
  id: string,
  days: number,
): Promise<z.output<typeof StoredClipStats> | undefined> {
  const { rows } = await db.execute(sql`
    select title, visibility, owner_id as "ownerId", play_count::float8, total.listeners, total.last_played_at,
      (select json_agg(${dayOf('clip_days')} order by day.date)
        from ${lastDays(days)} left join clip_days on clip_id = clips.id and clip_days.date = day.date) as daily,
      (select coalesce(json_agg(json_build_object('country', nullif(country, 'XX'), 'plays', plays)
          order by plays desc, country), '[]')
        from clip_countries where clip_id = clips.id and plays > 0) as countries
    from clips cross join lateral (
      select coalesce(sum(listeners), 0)::float8 as listeners,
        to_char(max(last_started_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_played_at
      from clip_days where clip_id = clips.id
    ) total
    where clips.id = ${id}`)
  return rows[0] && StoredClipStats.parse(rows[0])
}

/**
 * The library's statistics. Clips and bytes are those of public clips, plays and listeners those of all clips. All days are
 * summed up: ten years are 3,650 rows, some thirty pages.
 */
export async function selectLibraryStats(
  db: Database,
  days: number,
  top: number,
): Promise<z.output<typeof LibraryStats>> {
  const { rows } = await db.execute(sql`
    select clips, bytes_stored, plays, listeners,
      (select coalesce(json_agg(most_played order by play_count desc, id desc), '[]')
        from (select id, title, play_count from clips where visibility = 'public' and play_count > 0
          order by play_count desc, id desc limit ${top}) most_played) as top_clips,
      (select json_agg(${dayOf('library_days')} order by day.date)
        from ${lastDays(days)} left join library_days on library_days.date = day.date) as daily
    from (select clips::float8, bytes::float8 as bytes_stored
        from library_holdings where visibility = 'public') stored,
      (select coalesce(sum(plays), 0)::float8 as plays, coalesce(sum(listeners), 0)::float8 as listeners
        from library_days) heard`)
  return LibraryStats.parse(rows[0])
}
