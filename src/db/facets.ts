/** The statement that counts the clips of a list by genre, tag and licence. */
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { readingsOf, scopeOf, spellingsOf, type ClipFilter, type Search } from './clipScope.ts'
import type { Database } from './connection.ts'

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
    select facet, value, counted.clips from (select ${search ? spellingsOf(search) : sql`null::jsonb`} as spellings offset 0) asked
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
