/** The statements that read plays: from the daily tables alone, one round trip each. */
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from './connection.ts'

const Day = z.object({ date: z.iso.date(), plays: z.int(), listeners: z.int() })

const ClipStats = z.object({
  title: z.string(),
  visibility: z.enum(['public', 'private']),
  play_count: z.int(),
  listeners: z.int(),
  last_played_at: z.iso.datetime().nullable(),
  daily: z.array(Day),
  countries: z.array(z.object({ country: z.string().nullable(), plays: z.int() })),
})

const LibraryStats = z.object({
  clips: z.int(),
  bytes_stored: z.int(),
  plays: z.int(),
  listeners: z.int(),
  top_clips: z.array(z.object({ id: z.uuid(), title: z.string(), play_count: z.int() })),
  daily: z.array(Day),
})

/** The last days (UTC), today last, as a table `day (date)`. */
const lastDays = (days: number) =>
  sql`(select (now() at time zone 'UTC')::date - age as date from generate_series(0, ${days - 1}) age) day`

const dayOf = (table: string) =>
  sql`json_build_object('date', day.date, 'plays', coalesce(${sql.raw(table)}.plays, 0),
    'listeners', coalesce(${sql.raw(table)}.listeners, 0))`

/** A clip's figures, or undefined if there is no such clip. */
export async function selectClipStats(
  db: Database,
  id: string,
  days: number,
): Promise<z.output<typeof ClipStats> | undefined> {
  const { rows } = await db.execute(sql`
    select title, visibility, play_count::float8, total.listeners, total.last_played_at,
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
  return rows[0] && ClipStats.parse(rows[0])
}

/** The library's figures, with its most played public clips. */
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
    from (select count(*)::float8 as clips, coalesce(sum(size), 0)::float8 as bytes_stored from clips) stored,
      (select coalesce(sum(plays), 0)::float8 as plays, coalesce(sum(listeners), 0)::float8 as listeners
        from library_days) heard`)
  return LibraryStats.parse(rows[0])
}
