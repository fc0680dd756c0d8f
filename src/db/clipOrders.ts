/**
 * The orders of a list, one entry each. Clips come by one value, greatest first, and those with the same value by id:
 * so each has a place of its own, from which a page can go on.
 */
import { sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import { clipDays } from './playTables.ts'
import { clips } from './schema.ts'

export type ClipOrder = {
  value: SQL
  /** The value's type, to read its text back. */
  type: SQL
  /** The value as the text that a cursor carries, and the form of that text. */
  text: SQL<string>
  form: z.ZodType<string>
  /** What the value needs beside the clip's own row. */
  join?: (date: string) => { table: SQL; on: SQL }
}

const wholeNumber = z.string().regex(/^\d{1,18}$/)

export const clipOrders = {
  newest: {
    value: sql`${clips.createdAt}`,
    type: sql`timestamptz`,
    text: sql`to_char(${clips.createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    form: z.iso.datetime(),
  },
  popular: {
    value: sql`${clips.playCount}`,
    type: sql`bigint`,
    text: sql`${clips.playCount}::text`,
    form: wholeNumber,
  },
  trending: {
    value: sql`coalesce(trend.score, 0)`,
    type: sql`bigint`,
    text: sql`coalesce(trend.score, 0)::text`,
    form: wholeNumber,
    join: (date) => ({ table: trendOn(date), on: sql`trend.clip_id = ${clips.id}` }),
  },
} as const satisfies Record<string, ClipOrder>

export type ClipOrderName = keyof typeof clipOrders

/**
 * Each clip's plays of the last 14 days up to `date`, that day's whole and those before halved every three days. Summed
 * in millionths, because whole numbers make the same sum in any order, and a cursor has to find its place again.
 */
function trendOn(date: string): SQL {
  const weight = sql`round(1e6 * power(0.5::float8, (${date}::date - ${clipDays.date}) / 3.0::float8))::bigint`
  return sql`(
    select ${clipDays.clipId} as clip_id, sum(${clipDays.plays} * ${weight})::bigint as score from ${clipDays}
    where ${clipDays.date} > ${date}::date - 14 and ${clipDays.date} <= ${date}::date
    group by ${clipDays.clipId}
  ) trend`
}
