/** The table of scheduled work. */
import { jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** What scheduled work remembers from one run to the next, a row each: how far it came and what it found. */
export const upkeep = pgTable('upkeep', {
  name: text().primaryKey(),
  value: jsonb().notNull(),
  updatedAt: timestamp({ precision: 3, withTimezone: true }).notNull().defaultNow(),
})
