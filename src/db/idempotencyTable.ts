/** The table of idempotency keys. */
import { index, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

/** One row a use of an `Idempotency-Key`: what came of it, or that it is still in progress. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** The API key that sent it; keys of different owners have nothing to do with each other. */
    owner: text().notNull(),
    key: text().notNull(),
    /** The id that the clip gets, whichever attempt makes it. */
    clipId: uuid().notNull(),
    /** The attempt that is in progress, or was last. */
    attemptId: uuid().notNull(),
    /** Until then no other attempt may begin. */
    lockedUntil: timestamp({ precision: 3, withTimezone: true }).notNull(),
    /** What was asked for, hashed; known once the body has arrived. */
    fingerprint: text(),
    /** The first answer's body, to be given again. */
    answer: text(),
    createdAt: timestamp({ precision: 3, withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.owner, table.key] }),
    index('idempotency_keys_by_age').on(table.createdAt),
  ],
)
