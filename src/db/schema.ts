/** Every table, as drizzle-kit reads it to write `migrations/`. */
import { sql, type SQL } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

const time = () => timestamp({ precision: 3, withTimezone: true })

/** A clip. Its row is written last, so a row always has its audio in R2 (`clips/{id}/audio`). */
export const clips = pgTable(
  'clips',
  {
    id: uuid().primaryKey(),
    /** The API key that created it; null for `ADMIN_KEY`. */
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
    /** Seconds. */
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
    /** SHA-256 of the audio's bytes, lower-case hex. */
    sha256: text().notNull(),
    /** Its owner had the same audio already, and asked for another clip of it. */
    deliberateDuplicate: boolean().notNull().default(false),
    playCount: bigint({ mode: 'number' }).notNull().default(0),
    /** The logarithm of its decayed plays (`recordPlays`). It does not change as time passes. 0 without plays. */
    trend: doublePrecision().notNull().default(0),
    analysis: text({ enum: ['pending', 'done', 'failed', 'unsupported'] })
      .notNull()
      .default('pending'),
    /** The version of the analysis that has run (`analysisVersion`); 0 before the first one. */
    analysisVersion: integer().notNull().default(0),
    /** Analyses that began since the last result: one that crashes the Worker leaves nothing else. */
    analysisStarts: integer().notNull().default(0),
    /** LUFS. */
    loudness: real(),
    /** LU. */
    loudnessRange: real(),
    /** dBTP. */
    peak: real(),
    /** Its visibility has changed, and R2 or the cache may still have the old one. */
    purgePending: boolean().notNull().default(false),
    /** Counts edits. `If-Match` is compared with it. */
    revision: integer().notNull().default(1),
    /** Counts the patches, also those that changed nothing. A change names the number that it has read (`updateClip`). */
    patches: integer().notNull().default(0),
    createdAt: time().notNull().defaultNow(),
    updatedAt: time().notNull().defaultNow(),
    /** The title in the words that search compares: the order of titles, by code point. */
    titleKey: text().generatedAlwaysAs((): SQL => sql`left(folded_words(${clips.title}), 400)`),
  },
  (table) => [
    check('clips_title', sql`char_length(${table.title}) between 1 and 200`),
    check('clips_description', sql`char_length(${table.description}) <= 5000`),
    check('clips_artist', sql`char_length(${table.artist}) between 1 and 200`),
    check('clips_genre', sql`char_length(${table.genre}) between 1 and 60`),
    check('clips_license', sql`char_length(${table.license}) between 1 and 100`),
    check('clips_tags', sql`cardinality(${table.tags}) <= 20`),
    check('clips_visibility', sql`${table.visibility} in ('public', 'private')`),
    check('clips_analysis', sql`${table.analysis} in ('pending', 'done', 'failed', 'unsupported')`),
    check('clips_duration', sql`${table.duration} > 0`),
    check('clips_size', sql`${table.size} > 0`),
    check('clips_bitrate', sql`${table.bitrate} > 0`),
    check('clips_sample_rate', sql`${table.sampleRate} > 0`),
    check('clips_channels', sql`${table.channels} > 0`),
    check('clips_sha256', sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
    check('clips_play_count', sql`${table.playCount} >= 0`),
    // An owner has each audio once, unless they asked for another clip of it.
    uniqueIndex('clips_unique_audio')
      .on(sql`coalesce(${table.ownerId}, '00000000-0000-0000-0000-000000000000')`, table.sha256)
      .where(sql`not ${table.deliberateDuplicate}`),
    index('clips_newest').on(table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('clips_popular').on(table.playCount.desc().nullsFirst(), table.id.desc().nullsFirst()),
    // Lists of public clips and the most played ones: however many private clips are played more, they are not walked.
    index('clips_popular_public')
      .on(table.playCount.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.visibility} = 'public'`),
    index('clips_trending').on(table.trend.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('clips_by_title').on(sql`${table.titleKey} collate "C"`, table.id),
    // Unknown durations come last.
    index('clips_by_duration').on(sql`coalesce(${table.duration}, 'infinity')`, table.id),
    // The backfill walks what older versions have analysed.
    index('clips_by_analysis_version').on(table.analysisVersion, table.id),
    index('clips_purge_pending')
      .on(table.id)
      .where(sql`${table.purgePending}`),
  ],
)

/** A clip's row, without the columns that only SQL uses. */
export type ClipRow = Omit<
  typeof clips.$inferSelect,
  'titleKey' | 'trend' | 'analysisVersion' | 'analysisStarts'
>
/** The values of a new row. */
export type NewClipRow = typeof clips.$inferInsert

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/**
 * What searches and filters read of a clip. Triggers write it. It is apart from the clip, because a play changes the clip, and
 * would write all of its search index again.
 */
export const clipDocuments = pgTable(
  'clip_documents',
  {
    /** That of the clip. It is no foreign key: the triggers write and delete many rows at once. */
    id: uuid().primaryKey(),
    /** Its words, and marks such as `genre:ambient` (`clip_document`). */
    document: tsvector().notNull(),
    /** Where it stands in each order of a list, from exactly to roughly (`clip_cells`). */
    cells: bigint({ mode: 'number' }).array().notNull(),
    /** The words of title and artist. */
    names: text().notNull(),
    genre: text(),
    tags: text().array().notNull(),
    license: text(),
    /** Seconds. */
    duration: doublePrecision(),
    createdAt: time().notNull(),
    /** The number of plays in eighths of doublings. */
    popularity: integer().notNull(),
  },
  // A search must not wait for a list of pending entries, nor read it.
  (table) => [
    index('clip_documents_searched').using('gin', table.document, table.cells).with({ fastupdate: false }),
  ],
)

/** Every word of the clips that may be misspelt or begun, and how many clips have it. Triggers count. */
export const words = pgTable('words', { word: text().primaryKey(), clips: integer().notNull() }, (table) => [
  index('words_begun').on(sql`${table.word} collate "C"`),
  index('words_misspelt')
    .using('gin', sql`word_deletions(${table.word})`)
    .with({ fastupdate: false }),
])

/** How many public clips have each genre, tag and licence. Triggers count. */
export const facetCounts = pgTable(
  'facet_counts',
  {
    facet: text({ enum: ['genre', 'tag', 'license'] }).notNull(),
    value: text().notNull(),
    clips: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.facet, table.value] }),
    index('facet_counts_most').on(table.facet, table.clips.desc().nullsFirst(), table.value),
  ],
)

/**
 * Starts of streams that passed the rule, kept for 90 days. The daily tables are computed from them. There is no foreign
 * key: deleting a clip stays cheap, and its listeners stay in the library's day.
 */
export const playEvents = pgTable(
  'play_events',
  {
    id: uuid().primaryKey(),
    clipId: uuid().notNull(),
    /** A hash that changes every day (src/plays/countPlay.ts). */
    listener: text().notNull(),
    /** ISO 3166-1; XX if unknown. */
    country: text().notNull(),
    at: time().notNull(),
    date: date()
      .notNull()
      .generatedAlwaysAs(sql`("at" at time zone 'UTC')::date`),
    /** False for a repeat: a start within the window of a play. */
    counted: boolean().notNull(),
  },
  (table) => [
    index('play_events_of_listener').on(table.listener, table.clipId, table.at),
    index('play_events_by_date').on(table.date),
  ],
)

/** A clip's day (UTC). Days without a start have no row. */
export const clipDays = pgTable(
  'clip_days',
  {
    clipId: clipReference(),
    date: date().notNull(),
    plays: integer().notNull(),
    listeners: integer().notNull(),
    /** Starts within the window of a play. */
    repeats: integer().notNull(),
    lastStartedAt: time().notNull(),
  },
  (table) => [primaryKey({ columns: [table.clipId, table.date] })],
)

/** A clip's plays by country. A play may move to another country, so a row may fall to 0. */
export const clipCountries = pgTable(
  'clip_countries',
  { clipId: clipReference(), country: text().notNull(), plays: bigint({ mode: 'number' }).notNull() },
  (table) => [primaryKey({ columns: [table.clipId, table.country] })],
)

/** The library's day (UTC). It includes clips that have been deleted since. */
export const libraryDays = pgTable('library_days', {
  date: date().primaryKey(),
  plays: integer().notNull(),
  /** Distinct listeners of any clip. */
  listeners: integer().notNull(),
})

/**
 * How many clips there are of each visibility, and the bytes of their audio. Triggers on `clips` keep both rows right (the
 * migration `kept_totals`), so nothing counts clips.
 */
export const libraryHoldings = pgTable('library_holdings', {
  visibility: text({ enum: ['public', 'private'] }).primaryKey(),
  clips: bigint({ mode: 'number' }).notNull(),
  bytes: bigint({ mode: 'number' }).notNull(),
})

function clipReference() {
  return uuid()
    .notNull()
    .references(() => clips.id, { onDelete: 'cascade' })
}

/**
 * Ids that no new clip may have: each clip takes its id out of use when it is inserted, and the reconciler does so before it
 * deletes an orphan. So an id is inserted at most once, however late a statement takes effect. Rows are kept for a day.
 */
export const usedClipIds = pgTable(
  'used_clip_ids',
  { id: uuid().primaryKey(), usedAt: time().notNull().defaultNow() },
  (table) => [index('used_clip_ids_by_age').on(table.usedAt)],
)

/** A use of an `Idempotency-Key`: its result, or that it is in progress. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** The API key that sent it. Keys of different owners are independent. */
    owner: text().notNull(),
    key: text().notNull(),
    /** The attempt that may insert its clip: the one in progress, or the last one. It is the id of that clip. */
    attemptId: uuid().notNull(),
    /** The clip that was inserted. It may have been deleted since. */
    clipId: uuid(),
    /** No other attempt may begin before this time. The attempt renews it. */
    lockedUntil: time().notNull(),
    /** A hash of the request; known once the body has been read. */
    fingerprint: text(),
    /** The body of the first response, which retries get. */
    answer: text(),
    createdAt: time().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.owner, table.key] }),
    index('idempotency_keys_by_age').on(table.createdAt),
  ],
)

/** An API key. The key itself is stored nowhere. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    /** SHA-256 of the key, lower-case hex. */
    hash: text().notNull().unique(),
    scopes: text().array().notNull(),
    createdAt: time().notNull().defaultNow(),
    expiresAt: time(),
    revokedAt: time(),
    /** Accurate to a minute. */
    lastUsedAt: time(),
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

/** The state that scheduled work keeps from one run to the next: how far it came, and what it found. */
export const maintenanceState = pgTable('maintenance_state', {
  name: text().primaryKey(),
  value: jsonb().notNull(),
  updatedAt: time().notNull().defaultNow(),
})
