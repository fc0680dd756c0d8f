/** The tables of plays. */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { clips } from './clipTable.ts'

/**
 * Every start that passed the rule, for 90 days: what the daily tables are computed from. No foreign key: deleting a
 * clip stays cheap, and whoever listened to it stays counted in the library's day.
 */
export const playEvents = pgTable(
  'play_events',
  {
    id: uuid().primaryKey(),
    clipId: uuid().notNull(),
    /** A hash that changes daily: see src/plays/listener.ts. */
    listener: text().notNull(),
    /** ISO 3166-1; XX where it is not known. */
    country: text().notNull(),
    at: timestamp({ precision: 3, withTimezone: true }).notNull(),
    date: date()
      .notNull()
      .generatedAlwaysAs(sql`("at" at time zone 'UTC')::date`),
    /** False for a start within the window of a play. */
    counted: boolean().notNull(),
  },
  (table) => [
    index('play_events_of_listener').on(table.listener, table.clipId, table.at),
    index('play_events_by_date').on(table.date),
  ],
)

/** A clip's day (UTC). A row is there once the clip was started on that day. */
export const clipDays = pgTable(
  'clip_days',
  {
    clipId: clipReference(),
    date: date().notNull(),
    plays: integer().notNull(),
    listeners: integer().notNull(),
    /** Starts within the window of a play. */
    repeats: integer().notNull(),
    lastStartedAt: timestamp({ precision: 3, withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.clipId, table.date] })],
)

/** A clip's plays by country. A play may move to another country, so a row may come down to 0. */
export const clipCountries = pgTable(
  'clip_countries',
  { clipId: clipReference(), country: text().notNull(), plays: bigint({ mode: 'number' }).notNull() },
  (table) => [primaryKey({ columns: [table.clipId, table.country] })],
)

/** The library's day (UTC): clips that were deleted since are in it. */
export const libraryDays = pgTable('library_days', {
  date: date().primaryKey(),
  plays: integer().notNull(),
  /** Of any clip: one who heard several counts once. */
  listeners: integer().notNull(),
})

function clipReference() {
  return uuid()
    .notNull()
    .references(() => clips.id, { onDelete: 'cascade' })
}
