/** The statements that list and search clips and count their facets. The functions that they call are in `migrations/`. */
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import { clipColumns } from './clips.ts'
import type { Database } from './connection.ts'
import { clips, type ClipRow } from './schema.ts'

/** Which clips a caller may find: public ones, also those of one owner, or all. */
export type Visible = 'public' | { ownedBy: string } | 'all'

/** Which clips a list shows. */
export type ClipFilter = {
  genre: string | undefined
  /** Tags that a clip must all have. */
  tags: string[]
  /** Compared as search compares words. */
  artist: string | undefined
  /** In any case. */
  license: string | undefined
  /** Seconds. */
  minDuration: number | undefined
  maxDuration: number | undefined
  visibility: 'public' | 'private' | undefined
  /** An API key; null for `ADMIN_KEY`. */
  owner: string | null | undefined
  visible: Visible
}

/** A search in the form that `search_query` takes (src/clips/searchQuery.ts). */
type WordQuery = {
  template: string
  relaxed: string[]
  typed: string[]
  exact: boolean[]
  excluded: boolean[]
}

/** A text that Postgres takes. */
function storable(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((sent) => sent.isWellFormed() && !sent.includes('\0'))
}

/**
 * Other spellings of each word of a search, null for a word that is left out. A cursor carries them, because the words of the
 * library may change while somebody reads page after page.
 */
export const Spellings = z.array(z.array(storable(100).min(1)).max(25).nullable()).max(10)
export type Spellings = z.output<typeof Spellings>

/** The place of a clip in a list: its value in the order of the list, and its id. */
export type ClipPosition = { value: string; id: string }

/** A search. Its spellings are looked up, unless a cursor has them. */
export type Search = { query: WordQuery; spellings: Spellings | undefined }

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
      sql`(select ${spellings} as spellings, to_char((now() + interval '1 millisecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at) asked
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

/** The ways to read a search, the strictest first. */
function readingsOf({ query }: Search): SQL {
  const readings = [query.template, ...query.relaxed].map((template) => queryOf(template, query))
  return sql`array[${sql.join(readings, sql`, `)}]`
}

function queryOf(template: string, { typed, exact }: WordQuery): SQL {
  return sql`search_query(${template}, ${textArray(typed)}, ${flags(exact)}, asked.spellings)`
}

function spellingsOf({ query, spellings }: Search): SQL {
  if (spellings) return sql`${JSON.stringify(spellings)}::jsonb`
  return sql`search_spellings(${textArray(query.typed)}, ${flags(query.exact)})`
}

/** The scope of a list. A clip's document has a mark for each value that it may be asked for. */
function scopeOf(filter: ClipFilter, search: Search | undefined): SQL {
  const { genre, tags, artist, license, visibility, owner, visible, minDuration, maxDuration } = filter
  const required = [
    ...(genre === undefined ? [] : [`genre:${genre}`]),
    ...tags.map((tag) => `tag:${tag}`),
    ...(license === undefined ? [] : [`license:${license.toLowerCase()}`]),
    ...(visibility === undefined ? [] : [`visibility:${visibility}`]),
    ...(owner === undefined ? [] : [`owner:${owner ?? 'none'}`]),
  ]
  const scope = sql`list_scope(${textArray(required)}, ${artist ?? null}, ${textArray(visibleMarks(visible))},
    ${minDuration ?? null}::float8, ${maxDuration ?? null}::float8)`
  if (!search) return scope
  const { typed, excluded } = search.query
  return sql`scope_of_words(${scope}, ${textArray(typed)}, ${flags(excluded)}, asked.spellings)`
}

/** Never empty: a query limits a list to what is visible, and no query would limit it to nothing. */
function visibleMarks(visible: Visible): string[] {
  if (visible === 'all') return ['visibility:public', 'visibility:private']
  return visible === 'public' ? ['visibility:public'] : ['visibility:public', `owner:${visible.ownedBy}`]
}

function textArray(texts: string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(texts)}::jsonb))`
}

function flags(values: boolean[]): SQL {
  return sql`${`{${values.join(',')}}`}::boolean[]`
}

/** How many clips have a value. */
export type FacetCount = { value: string; count: number }

/** The most frequent values, most first. `total` counts all clips; if it is capped, everything is counted over some of them. */
export type Facets = {
  total: number
  isCapped: boolean
  genres: FacetCount[]
  tags: FacetCount[]
  licenses: FacetCount[]
}

const FacetRows = z.array(
  z.object({ facet: z.string(), value: z.string().nullable(), clips: z.coerce.number() }),
)

/** Counts the clips of a list or search by genre, tag and licence, up to 10,000 of them. */
export async function selectFacets(
  db: Database,
  filter: ClipFilter,
  search: Search | undefined,
): Promise<Facets> {
  const scope = scopeOf(filter, search)
  const readings = search && readingsOf(search)
  const found = readings
    ? sql`narrowed_scope(${scope}, (${readings})[first_reading(${readings}, ${scope})])`
    : scope
  const counted = isWholeLibrary(filter, search) ? sql`public_facets()` : sql`count_facets(${found})`
  const { rows } = await db.execute(sql`
    select facet, value, counted.clips from (select ${search ? spellingsOf(search) : sql`null::jsonb`} as spellings) asked
      cross join lateral ${counted} counted`)
  const counts = FacetRows.parse(rows)
  const of = (facet: string) =>
    counts.flatMap(({ value, clips: number, ...row }) =>
      row.facet === facet && value !== null ? [{ value, count: number }] : [],
    )
  const total = counts.find(({ facet }) => facet === 'total')?.clips ?? 0
  const isCapped = counts.some(({ facet }) => facet === 'capped')
  return { total, isCapped, genres: of('genre'), tags: of('tag'), licenses: of('license') }
}

/** Whether a list is all public clips: their counts are kept. */
function isWholeLibrary({ visible, tags, ...filter }: ClipFilter, search: Search | undefined): boolean {
  return (
    !search &&
    visible === 'public' &&
    tags.length === 0 &&
    Object.values(filter).every((value) => value === undefined)
  )
}
