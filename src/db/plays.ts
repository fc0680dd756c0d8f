/** The statements that write plays. stats.ts has those that read them. */
import { sql } from 'drizzle-orm'
import type { Database } from './connection.ts'

/** A start of a stream that passed the rule, as the queue carries it. */
export type PlayEvent = {
  /** Id of the event. A second delivery has the same one. */
  id: string
  clip: string
  listener: string
  /** ISO 3166-1; null if unknown. */
  country: string | null
  /** RFC 3339. */
  at: string
}

/**
 * Events are kept for the last 90 days (UTC), today included. Older events are not accepted: whether they were counted
 * before is no longer known.
 */
const firstKeptDay = `(now() at time zone 'UTC')::date - 89`

/**
 * Counts a batch of starts in one statement. The result is exact for any order, any batches and any number of
 * deliveries: for each clip, listener and day of the batch, the plays are selected again from the earliest new start on,
 * and the totals change by the difference.
 *
 * A clip's trend is Σ plays(day) × 2^(-age/3). As days pass, it shrinks in the same proportion for every clip. So what is
 * stored is log2 Σ plays(day) × 2^(day/3), with days counted from 2020: it gives the same order, never needs an update,
 * and can be indexed. It is summed relative to the clip's latest day, to stay within a float8. Days that are 60 or more
 * before that weigh less than a millionth and are left out. The latest day has a play, because the first start of a day
 * always counts.
 *
 * All parts of a statement see the tables as they were before it, so new events are joined to known ones by `union all`.
 * The statement is serializable and has no `on conflict` for events: if the same batch runs twice at the same time (the
 * first may still run after its caller has timed out), one of the two fails as a whole. The retry finds nothing new.
 */
export async function recordPlays(db: Database, events: PlayEvent[], windowSeconds: number): Promise<void> {
  const statement = db.$client.query(recordStatement, [JSON.stringify(events), windowSeconds])
  await db.$client.transaction([statement], { isolationLevel: 'Serializable' })
}

const recordStatement = `
with recursive arrived as (
  select distinct on (id) id, clip as clip_id, listener, coalesce(country, 'XX') as country, at,
    (at at time zone 'UTC')::date as date
  from jsonb_to_recordset($1::jsonb) as event (id uuid, clip uuid, listener text, country text, at timestamptz)
  order by id
), fresh as (
  select arrived.* from arrived join clips on clips.id = arrived.clip_id
  where date >= ${firstKeptDay}
    and not exists (select from play_events known where known.id = arrived.id)
), touched as (
  select clip_id, listener, date, min(at) as since from fresh group by clip_id, listener, date
), starts as (
  -- What the new events may change: themselves, and the known events from the earliest of them on.
  select id, clip_id, listener, date, country, at, true as is_new, false as was_counted from fresh
  union all
  select id, clip_id, listener, date, country, at, false, counted
  from touched join play_events known using (clip_id, listener, date)
  where known.at >= touched.since
), plays as (
  -- After the last play before that, each next play is the first start at least a window later; the id breaks a tie.
  select clip_id, listener, date, null::uuid as id, coalesce(
    (select max(known.at) from play_events known
     where (known.clip_id, known.listener, known.date) = (touched.clip_id, touched.listener, touched.date)
       and known.at < touched.since and known.counted), '-infinity') as at
  from touched
  union all
  select play.clip_id, play.listener, play.date, following.id, following.at
  from plays play cross join lateral (
    select start.id, start.at from starts start
    where (start.clip_id, start.listener, start.date) = (play.clip_id, play.listener, play.date)
      and start.at >= play.at + make_interval(secs => $2)
    order by start.at, start.id limit 1
  ) following
), judged as (
  select starts.*, exists (select from plays where plays.id = starts.id) as counted from starts
), changes as (
  select clip_id, date, country, listener, at, is_new, counted, counted::int - was_counted::int as plays from judged
), clip_listeners as (
  select clip_id, date, count(*) as listeners from touched
  where not exists (select from play_events known
    where (known.clip_id, known.listener, known.date) = (touched.clip_id, touched.listener, touched.date))
  group by clip_id, date
), library_listeners as (
  select date, count(distinct listener) as listeners from touched
  where not exists (select from play_events known
    where (known.listener, known.date) = (touched.listener, touched.date))
  group by date
), written as (
  insert into play_events (id, clip_id, listener, country, at, counted)
  select id, clip_id, listener, country, at, counted from judged where is_new
), rejudged as (
  update play_events known set counted = judged.counted from judged
  where known.id = judged.id and not judged.is_new and judged.counted <> judged.was_counted
), plays_of_days as (
  select clip_id, date, plays, max(date) over (partition by clip_id) as latest from (
    select clip_id, date, plays from changes
    union all
    select clip_id, date, day.plays from (select distinct clip_id from changes) changed join clip_days day using (clip_id)
  ) day
), trends as (
  select clip_id, (latest - date '2020-01-01') / 3.0::float8
    + ln(sum(plays * power(2.0::float8, (date - latest) / 3.0::float8))) / ln(2.0::float8) as trend
  from plays_of_days where date > latest - 60 group by clip_id, latest
), in_clips as (
  update clips set play_count = play_count + change.plays, trend = round(trends.trend::numeric, 6)
  from (select clip_id, sum(plays) as plays from changes group by clip_id) change join trends using (clip_id)
  where clips.id = change.clip_id and change.plays <> 0
), in_clip_days as (
  insert into clip_days as day (clip_id, date, plays, listeners, repeats, last_started_at)
  select clip_id, date, sum(plays), coalesce(max(listeners), 0), count(*) filter (where is_new) - sum(plays), max(at)
  from changes left join clip_listeners using (clip_id, date) group by clip_id, date
  on conflict (clip_id, date) do update set
    plays = day.plays + excluded.plays, listeners = day.listeners + excluded.listeners,
    repeats = day.repeats + excluded.repeats,
    last_started_at = greatest(day.last_started_at, excluded.last_started_at)
), in_clip_countries as (
  insert into clip_countries as total (clip_id, country, plays)
  select clip_id, country, sum(plays) from changes group by clip_id, country having sum(plays) <> 0
  on conflict (clip_id, country) do update set plays = total.plays + excluded.plays
), in_library_days as (
  insert into library_days as day (date, plays, listeners)
  select date, sum(plays), coalesce(max(listeners), 0)
  from changes left join library_listeners using (date) group by date
  on conflict (date) do update set
    plays = day.plays + excluded.plays, listeners = day.listeners + excluded.listeners
)
select count(*) from fresh`

/** Deletes up to `limit` events that are too old, and returns how many. */
export async function deleteOldPlayEvents(db: Database, limit: number): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from play_events where id in (
      select id from play_events where date < ${sql.raw(firstKeptDay)} order by date limit ${limit}
    )`)
  return rowCount
}
