/** A model of the tables of plays, and the statement that reads them. */
import { z } from 'zod'
import type { PlayEvent } from '../../src/db/plays.ts'

export const Tables = z.object({
  counts: z.record(z.string(), z.number()),
  days: z.record(
    z.string(),
    z.object({ plays: z.number(), listeners: z.number(), repeats: z.number(), last: z.number() }),
  ),
  countries: z.record(z.string(), z.number()),
  library: z.record(z.string(), z.object({ plays: z.number(), listeners: z.number() })),
})
export type Tables = z.output<typeof Tables>

/** All tables, in one row. A country without plays counts as missing. */
export const tablesStatement = `select
    (select coalesce(json_object_agg(id, play_count), '{}') from clips) as counts,
    (select coalesce(json_object_agg(clip_id || ' ' || date, json_build_object('plays', plays, 'listeners', listeners,
      'repeats', repeats, 'last', (extract(epoch from last_started_at) * 1000)::bigint)), '{}') from clip_days) as days,
    (select coalesce(json_object_agg(clip_id || ' ' || country, plays), '{}') from clip_countries where plays <> 0)
      as countries,
    (select coalesce(json_object_agg(date, json_build_object('plays', plays, 'listeners', listeners)), '{}')
      from library_days) as library`

/** The tables after these events, in whatever order and however often they come. */
export function modelTables(events: PlayEvent[], clips: string[], windowSeconds: number): Tables {
  const tables: Tables = {
    counts: Object.fromEntries(clips.map((id) => [id, 0])),
    days: {},
    countries: {},
    library: {},
  }
  const known = [...new Map(events.map((event) => [event.id, event])).values()]
  const listeners = new Map<string, Set<string>>()
  for (const [key, starts] of Map.groupBy(
    known.filter(({ clip }) => clips.includes(clip)),
    ({ clip, listener, at }) => [clip, listener, at.slice(0, 10)].join(' '),
  )) {
    const [clip = '', listener = '', date = ''] = key.split(' ')
    const plays = selectPlays(starts, windowSeconds * 1000)
    const day = (tables.days[`${clip} ${date}`] ??= { plays: 0, listeners: 0, repeats: 0, last: 0 })
    day.plays += plays.length
    day.listeners += 1
    day.repeats += starts.length - plays.length
    day.last = Math.max(day.last, ...starts.map(({ at }) => Date.parse(at)))
    tables.counts[clip] = (tables.counts[clip] ?? 0) + plays.length
    for (const { country } of plays) {
      const name = `${clip} ${country ?? 'XX'}`
      tables.countries[name] = (tables.countries[name] ?? 0) + 1
    }
    const all = listeners.get(date) ?? new Set<string>()
    listeners.set(date, all.add(listener))
    const library = (tables.library[date] ??= { plays: 0, listeners: 0 })
    library.plays += plays.length
    library.listeners = all.size
  }
  return tables
}

/** The first start counts, and every start that is a window or more after the last one that counted. */
function selectPlays(starts: PlayEvent[], windowMs: number): PlayEvent[] {
  const inOrder = starts.toSorted((a, b) => (`${a.at}${a.id}` < `${b.at}${b.id}` ? -1 : 1))
  const plays: PlayEvent[] = []
  for (const start of inOrder) {
    const last = plays.at(-1)
    if (!last || Date.parse(start.at) - Date.parse(last.at) >= windowMs) plays.push(start)
  }
  return plays
}
