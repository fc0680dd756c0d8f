/** The table of API keys. */
import { sql } from 'drizzle-orm'
import { check, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

/** One row an API key. The key itself is nowhere: it is known by its SHA-256. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    /** SHA-256 of the key, lower-case hex. */
    hash: text().notNull().unique(),
    scopes: text().array().notNull(),
    createdAt: timestamp({ precision: 3, withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ precision: 3, withTimezone: true }),
    revokedAt: timestamp({ precision: 3, withTimezone: true }),
    /** To the minute. */
    lastUsedAt: timestamp({ precision: 3, withTimezone: true }),
  },
  (table) => [
    check('api_keys_name', sql`char_length(${table.name}) between 1 and 100`),
    check('api_keys_hash', sql`${table.hash} ~ '^[0-9a-f]{64}$'`),
    check(
      'api_keys_scopes',
      sql`${table.scopes} <@ array['read', 'write', 'admin'] and ${table.scopes} <> '{}'`,
    ),
  ],
)

/** An API key's row. */
export type ApiKeyRow = typeof apiKeys.$inferSelect
