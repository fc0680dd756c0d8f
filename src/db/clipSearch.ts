/** The statement that lists and searches clips, and the orders of a list. */
import { and, arrayContains, desc, eq, or, sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import { clipColumns } from './clips.ts'
import type { Database } from './connection.ts'
import { clips, type ClipRow } from './schema.ts'

/** Which clips a caller may find: public ones, also those of one owner, or all. */
export type Visible = 'public' | { ownedBy: string } | 'all'

/** Which clips a list shows. */
export type ClipFilter = {
  /** Words that must all appear in title, description, artist or tags. */
  words: string[]
  genre: string | undefined
  /** Tags that a clip must all have. */
  tags: string[]
  visible: Visible
}

/** The place of a clip in a list: its value in the order of the list, and its id. */
export type ClipPosition = { value: string; id: string }

/**
 * An order of a list. Clips are sorted by one value, greatest first, and then by id. So each has a place of its own, and
 * a page can continue after it (keyset pagination).
 */
type ClipOrder = {
  value: SQL
  /** The type of the value, to cast its text back. */
  type: SQL
  /** The value as the text that a cursor carries. */
  text: SQL<string>
  /** The form of that text. */
  form: z.ZodType<string>
}

/** A UTC time with milliseconds, of a year that Postgres has too. */
const time = z
  .string()
  .regex(/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine((text) => {
    const date = new Date(text)
    return !Number.isNaN(date.getTime()) && date.toISOString() === text
  })

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
    form: z.string().regex(/^\d{1,18}$/),
  },
  trending: {
    value: sql`${clips.trend}`,
    type: sql`float8`,
    text: sql`${clips.trend}::text`,
    form: z.string().regex(/^\d{1,5}(\.\d{1,6})?$/),
  },
} as const satisfies Record<string, ClipOrder>

export type ClipOrderName = keyof typeof clipOrders

/** Clips in the given order, after a position in it, each with its value in that order. */
export async function selectClips(
  db: Database,
  filter: ClipFilter,
  order: ClipOrderName,
  after: ClipPosition | undefined,
  limit: number,
): Promise<(ClipRow & { orderedBy: string })[]> {
  const { value, type, text }: ClipOrder = clipOrders[order]
  return await db
    .select({ ...clipColumns, orderedBy: text })
    .from(clips)
    .where(
      and(
        ...conditions(filter),
        after && sql`(${value}, ${clips.id}) < (${after.value}::${type}, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(value), desc(clips.id))
    .limit(limit)
}

function conditions(filter: ClipFilter): (SQL | undefined)[] {
  return [
    isVisible(filter.visible),
    filter.genre === undefined ? undefined : eq(clips.genre, filter.genre),
    filter.tags.length === 0 ? undefined : arrayContains(clips.tags, filter.tags),
    // Postgres has made the column lower-case. JavaScript's lower case differs: "Σ" at the end of a word, "İ".
    ...filter.words.map((word) => sql`${clips.searchText} like lower(${`%${escapeLike(word)}%`})`),
  ]
}

function isVisible(visible: Visible): SQL | undefined {
  if (visible === 'all') return undefined
  const isPublic = eq(clips.visibility, 'public')
  return visible === 'public' ? isPublic : or(isPublic, eq(clips.ownerId, visible.ownedBy))
}

/** Escapes the wildcards of LIKE. */
function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&')
}
