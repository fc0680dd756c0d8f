/** Which clips a list or a search reads: filters and words as the SQL that the functions in `migrations/` take. */
import { sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'

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
export type WordQuery = {
  template: string
  relaxed: string[]
  typed: string[]
  exact: boolean[]
  excluded: boolean[]
}

/** A text that Postgres takes. */
export function storable(maxLength: number) {
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

/** A search. Its spellings are looked up, unless a cursor has them. */
export type Search = { query: WordQuery; spellings: Spellings | undefined }

/** The ways to read a search, the strictest first. */
export function readingsOf({ query }: Search): SQL {
  const readings = [query.template, ...query.relaxed].map((template) => queryOf(template, query))
  return sql`array[${sql.join(readings, sql`, `)}]`
}

function queryOf(template: string, { typed, exact }: WordQuery): SQL {
  return sql`search_query(${template}, ${textArray(typed)}, ${flags(exact)}, asked.spellings)`
}

export function spellingsOf({ query, spellings }: Search): SQL {
  if (spellings) return sql`${JSON.stringify(spellings)}::jsonb`
  return sql`search_spellings(${textArray(query.typed)}, ${flags(query.exact)})`
}

/** The scope of a list. A clip's document has a mark for each value that it may be asked for. */
export function scopeOf(filter: ClipFilter, search: Search | undefined): SQL {
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
