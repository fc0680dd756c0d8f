/** The statements that list and search clips. The functions that they call are in `migrations/`. */
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import { clipColumns } from './clips.ts'
import {
  readingsOf,
  scopeOf,
  spellingsOf,
  storable,
  type ClipFilter,
  type Search,
  type Spellings,
} from './clipScope.ts'
import type { Database } from './connection.ts'
import { clips, type ClipRow } from './schema.ts'

/** The place of a clip in a list: its value in the order of the list, and its id. */
export type ClipPosition = { value: string; id: string }

/** A search may be read in several ways, with four tiers each. Only a list by relevance uses them all; others use the first. */
export type TieredPosition = ClipPosition & { tier: number }

/** How a list is read from its first page on: when that was (RFC 3339), and how the words of a search are read. */
export type ListState = { startedAt: string; spellings: Spellings | undefined }

/** Where a list goes on, and how it was read so far. */
export type ListCursor = { position: TieredPosition; state: ListState }

/**
 * Clips of a list, each with its position. A statement reads only so much: `stop` is where it ended before it had found as many
 * as it should.
 */
export type ClipsPage = {
  found: { row: ClipRow; position: TieredPosition }[]
  stop: TieredPosition | undefined
  state: ListState
}

/** A UTC time with milliseconds, of a year that Postgres has too. */
const time = z
  .string()
  .regex(/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine((text) => {
    const date = new Date(text)
    return !Number.isNaN(date.getTime()) && date.toISOString() === text
  })

const float = /^\d{1,12}(\.\d{1,20})?(e[+-]?\d{1,2})?$/

/** The orders that Postgres has an index for (`list_order`), and the form of their values. */
export const clipOrders = {
  newest: time,
  oldest: time,
  title: storable(1000),
  duration: z.union([z.string().regex(float), z.literal('Infinity')]),
  popular: z.string().regex(/^\d{1,18}$/),
  trending: z.string().regex(/^\d{1,5}(\.\d{1,6})?$/),
} as const

export type ClipOrder = keyof typeof clipOrders

/** The ways to read a search, at most. */
const maxReadings = 3

/** The forms of the values in the tiers of an order. */
export function tierForms(order: ClipOrder | 'relevance'): (z.ZodType<string> | undefined)[] {
  const { popular } = clipOrders
  // By relevance, the clips that match are ranked, or if many match, the three other tiers go by plays.
  const forms =
    order === 'relevance'
      ? [z.string().regex(float), popular, popular, popular]
      : [clipOrders[order], undefined, undefined, undefined]
  return Array.from({ length: maxReadings }, () => forms).flat()
}

/** Clips in an order, from a cursor on; with a search, only what it finds. */
export async function selectClips(
  db: Database,
  filter: ClipFilter,
  search: Search | undefined,
  order: ClipOrder,
  from: ListCursor | undefined,
  limit: number,
): Promise<ClipsPage> {
  const { tier = null, value = null, id = null } = from?.position ?? {}
  const page = sql`${value}, ${id}::uuid, ${limit}`
  const listed = search
    ? sql`list_found_clips(${readingsOf(search)}, ${scopeOf(filter, search)}, ${order}, ${tier}::int, ${page})`
    : sql`list_clips(${scopeOf(filter, search)}, ${order}, ${page})`
  return await selectPage(db, search, from?.state, listed)
}

/**
 * What a search finds, the most relevant first, from a cursor on. As long as few enough clips match to be ranked, those that
 * came after the first page was read are left out, so that the others keep their places.
 */
export async function searchClips(
  db: Database,
  filter: ClipFilter,
  search: Search,
  from: ListCursor | undefined,
  limit: number,
): Promise<ClipsPage> {
  const { typed, excluded } = search.query
  const wanted = typed.filter((_, n) => excluded[n] === false).join(' ')
  const { tier = null, value = null, id = null } = from?.position ?? {}
  return await selectPage(
    db,
    search,
    from?.state,
    sql`search_clips(${readingsOf(search)}, folded_words(${wanted}), ${scopeOf(filter, search)},
      ${from?.state.startedAt ?? null}::timestamptz, ${tier}::int, ${value}, ${id}::uuid, ${limit})`,
  )
}

async function selectPage(
  db: Database,
  search: Search | undefined,
  state: ListState | undefined,
  listed: SQL,
): Promise<ClipsPage> {
  const spellings = search ? spellingsOf(search) : sql`null::jsonb`
  const rows = await db
    .select({
      clip: clipColumns,
      id: sql<string>`listed.id`,
      tier: sql<number>`listed.tier`,
      value: sql<string>`listed.value`,
      isStop: sql<boolean>`listed.is_stop`,
      spellings: sql<Spellings | null>`asked.spellings`,
      at: sql<string>`asked.at`,
    })
    .from(
      // OFFSET 0: spellings are looked up once, and not wherever they are used.
      sql`(select ${spellings} as spellings, to_char((now() + interval '1 millisecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at offset 0) asked
        cross join lateral ${listed} with ordinality as listed (id, tier, value, is_stop, place)`,
    )
    .leftJoin(clips, and(eq(clips.id, sql`listed.id`), sql`not listed.is_stop`))
    .orderBy(sql`listed.place`)
  const [first] = rows
  return {
    found: rows.flatMap(({ clip, id, tier, value }) =>
      clip ? [{ row: clip, position: { value, id, tier } }] : [],
    ),
    stop: rows.find(({ isStop }) => isStop),
    state: state ?? { startedAt: first?.at ?? '', spellings: first?.spellings ?? undefined },
  }
}
