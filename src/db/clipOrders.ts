/**
 * The orders of a list, one entry each. Clips come by one value, greatest first, and those with the same value by id:
 * so each has a place of its own, from which a page can go on.
 */
import { sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import { clips } from './clipTable.ts'

export type ClipOrder = {
  value: SQL
  /** The value's type, to read its text back. */
  type: SQL
  /** The value as the text that a cursor carries, and the form of that text. */
  text: SQL<string>
  form: z.ZodType<string>
}

/** Exactly what is written below: a day that there is, in a year that Postgres has too, to the millisecond. */
const time = z
  .string()
  .regex(/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine((text) => {
    const date = new Date(text)
    return !Number.isNaN(date.getTime()) && date.toISOString() === text
  })
const wholeNumber = z.string().regex(/^\d{1,18}$/)

export const clipOrders = {
  newest: {
    value: sql`${clips.createdAt}`,
    type: sql`timestamptz`,
    text: sql`to_char(${clips.createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    form: time,
  },
  popular: {
    value: sql`${clips.playCount}`,
    type: sql`bigint`,
    text: sql`${clips.playCount}::text`,
    form: wholeNumber,
  },
  trending: {
    value: sql`${clips.trend}`,
    type: sql`float8`,
    text: sql`${clips.trend}::text`,
    form: z.string().regex(/^\d{1,5}(\.\d{1,6})?$/),
  },
} as const satisfies Record<string, ClipOrder>

export type ClipOrderName = keyof typeof clipOrders
