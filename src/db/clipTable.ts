/** The table of clips, as drizzle-kit reads it to write `migrations/`. */
import { sql, type SQL } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  pgTable,
  real,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

/** One row a clip. A row is written last, so it always has its audio in R2 (`clips/{id}/audio`). */
export const clips = pgTable(
  'clips',
  {
    id: uuid().primaryKey(),
    /** The API key that made it; null for the admin key of the settings. */
    ownerId: uuid(),
    title: text().notNull(),
    description: text(),
    artist: text(),
    genre: text(),
    tags: text().array().notNull().default([]),
    license: text(),
    visibility: text({ enum: ['public', 'private'] })
      .notNull()
      .default('public'),
    /** Seconds. Null where the file does not say. */
    duration: doublePrecision(),
    contentType: text().notNull(),
    /** Bytes. */
    size: bigint({ mode: 'number' }).notNull(),
    codec: text(),
    /** Bit/s. */
    bitrate: integer(),
    /** Hz. */
    sampleRate: integer(),
    channels: integer(),
    /** Lower-case hex, of the audio's bytes. */
    sha256: text().notNull(),
    /** Uploaded although its owner had the same audio already. */
    deliberateDuplicate: boolean().notNull().default(false),
    playCount: bigint({ mode: 'number' }).notNull().default(0),
    /** How it trends, as a number that stays as it is while time goes by (`recordPlays`). 0 while there are no plays. */
    trend: doublePrecision().notNull().default(0),
    analysis: text({ enum: ['pending', 'done', 'failed'] })
      .notNull()
      .default('pending'),
    /** LUFS. */
    loudness: real(),
    /** dBFS. */
    peak: real(),
    /** Hidden or renamed, but the cache has not yet let go of the audio: until it has, it may still be heard. */
    purgePending: boolean().notNull().default(false),
    /** Counts edits: what `If-Match` is compared with. */
    revision: integer().notNull().default(1),
    createdAt: timestamp({ precision: 3, withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ precision: 3, withTimezone: true }).notNull().defaultNow(),
    /** What `search` looks through; the function is in the first migration. */
    searchText: text().generatedAlwaysAs(
      (): SQL => sql`clip_search_text(${clips.title}, ${clips.description}, ${clips.artist}, ${clips.tags})`,
    ),
  },
  (table) => [
    check('clips_title', sql`char_length(${table.title}) between 1 and 200`),
    check('clips_description', sql`char_length(${table.description}) <= 5000`),
    check('clips_artist', sql`char_length(${table.artist}) between 1 and 200`),
    check('clips_genre', sql`char_length(${table.genre}) between 1 and 60`),
    check('clips_license', sql`char_length(${table.license}) between 1 and 100`),
    check('clips_tags', sql`cardinality(${table.tags}) <= 20`),
    check('clips_visibility', sql`${table.visibility} in ('public', 'private')`),
    check('clips_analysis', sql`${table.analysis} in ('pending', 'done', 'failed')`),
    check('clips_duration', sql`${table.duration} > 0`),
    check('clips_size', sql`${table.size} > 0`),
    check('clips_bitrate', sql`${table.bitrate} > 0`),
    check('clips_sample_rate', sql`${table.sampleRate} > 0`),
    check('clips_channels', sql`${table.channels} > 0`),
    check('clips_sha256', sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
    check('clips_play_count', sql`${table.playCount} >= 0`),
    // One clip for the same audio of one owner, unless another was asked for.
    uniqueIndex('clips_unique_audio')
      .on(sql`coalesce(${table.ownerId}, '00000000-0000-0000-0000-000000000000')`, table.sha256)
      .where(sql`not ${table.deliberateDuplicate}`),
    index('clips_newest').on(table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('clips_popular').on(table.playCount.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('clips_trending').on(table.trend.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('clips_by_title').on(sql`lower(${table.title})`, table.id),
    index('clips_by_duration').on(table.duration, table.id),
    index('clips_by_genre').on(
      table.genre,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('clips_edited')
      .on(table.updatedAt, table.id)
      .where(sql`${table.revision} > 1`),
    index('clips_purge_pending')
      .on(table.id)
      .where(sql`${table.purgePending}`),
    index('clips_tagged').using('gin', table.tags),
    index('clips_searched').using('gin', table.searchText.op('gin_trgm_ops')),
  ],
)

/** A clip's row as Postgres gives it. */
export type ClipRow = Omit<typeof clips.$inferSelect, 'searchText' | 'trend'>
/** What a new row needs. */
export type NewClipRow = typeof clips.$inferInsert
