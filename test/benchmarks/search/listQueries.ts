/** Lists in every order: first pages, pages from the middle, and with each filter; and facets of lists. */
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from '../../../src/db/connection.ts'
import type { ClipFilter } from '../../../src/db/clipScope.ts'
import { selectClips, type ClipOrder } from '../../../src/db/clipSearch.ts'
import { ownerId } from '../library/generator.ts'
import { askPage, withQuery, type Parameters } from './frontDoor.ts'
import { commonTag, filters, rareTag, someTag } from './names.ts'
import { mostBuffersOfFacets, type NamedQuery, type Scope } from './namedQuery.ts'

export const orders: ClipOrder[] = ['newest', 'oldest', 'popular', 'trending', 'title', 'duration']

export const list = (name: string, parametersOf: (scope: Scope) => Parameters): NamedQuery => ({
  name,
  run: async (scope) => await scope.ask(withQuery('/api/clips', parametersOf(scope))),
})

export const facets = (name: string, parameters: Parameters): NamedQuery => ({
  name: `facets: ${name}`,
  mostBuffers: mostBuffersOfFacets,
  run: async ({ ask }) => await ask(withQuery('/api/clips/facets', parameters)),
})

const fromTheMiddle = (sort: ClipOrder, parameters: Parameters = {}, name = ''): NamedQuery => ({
  name: `${sort}${name}, from the middle`,
  before: async (scope) => await middlePath(scope, { ...parameters, sort }, sort),
  run: async ({ ask }, path) => await ask(z.string().parse(path)),
})

const Order = z.object({ value: z.string(), as_text: z.string(), step: z.number() })
const Position = z.object({ value: z.string(), id: z.string() })
type Position = z.output<typeof Position>

async function orderOf(db: Database, sort: string) {
  const { rows } = await db.execute(sql`select value, as_text, step from list_order(${sort})`)
  const { value, as_text: asText, step } = Order.parse(rows[0])
  return {
    value: sql.raw(value),
    asText: sql.raw(asText.replaceAll('%s', value)),
    direction: sql.raw(step === 1 ? 'asc' : 'desc'),
  }
}

/** The path of the page that begins in the middle of the order. */
async function middlePath({ ask, db, library }: Scope, parameters: Parameters, sort: ClipOrder) {
  const { next_cursor: cursor } = await askPage(ask, withQuery('/api/clips', parameters))
  const { value, asText, direction } = await orderOf(db, sort)
  const { rows } = await db.execute(sql`select ${asText} as value, c.id from clips c
    order by ${value} ${direction}, c.id ${direction} offset ${Math.floor(library.clips / 2)} limit 1`)
  return withQuery('/api/clips', {
    ...parameters,
    cursor: movedCursor(cursor ?? '', Position.parse(rows[0])),
  })
}

/** Where a clip stands in an order. */
export async function placeOf(db: Database, sort: string, id: string): Promise<Position> {
  const { asText } = await orderOf(db, sort)
  const { rows } = await db.execute(sql`select ${asText} as value, c.id from clips c where c.id = ${id}`)
  return Position.parse(rows[0])
}

const CursorContent = z.tuple([z.number(), z.string(), z.number(), z.string(), z.string()]).rest(z.unknown())

/** The cursor at another place of the list it came from, or of another tier of it. */
export function movedCursor(cursor: string, { value, id }: Position, tier?: number): string {
  const [version, query, own, , , ...rest] = CursorContent.parse(
    JSON.parse(Buffer.from(cursor, 'base64url').toString()),
  )
  return Buffer.from(JSON.stringify([version, query, tier ?? own, value, id, ...rest])).toString('base64url')
}

const everything: ClipFilter = {
  genre: undefined,
  tags: [],
  artist: undefined,
  license: undefined,
  minDuration: undefined,
  maxDuration: undefined,
  visibility: undefined,
  owner: undefined,
  visible: 'all',
}
const privateFilters: { name: string; filter: Partial<ClipFilter> }[] = [
  { name: 'all, for the admin', filter: {} },
  { name: 'private, for the admin', filter: { visibility: 'private' } },
  { name: 'all, for a key', filter: { visible: { ownedBy: ownerId(2) } } },
  { name: 'private, for a key', filter: { visible: { ownedBy: ownerId(2) }, visibility: 'private' } },
  { name: 'owner of many', filter: { visible: { ownedBy: ownerId(2) }, owner: ownerId(2) } },
  { name: 'owner of none', filter: { visible: { ownedBy: ownerId(99) }, owner: ownerId(99) } },
]

const privateList = (name: string, filter: Partial<ClipFilter>, order: ClipOrder): NamedQuery => ({
  name: `${order}: ${name}`,
  run: async ({ db }) => await selectClips(db, { ...everything, ...filter }, undefined, order, undefined, 21),
})

export const listQueries: NamedQuery[] = [
  ...orders.map((sort) => list(`${sort}, first page`, () => ({ sort }))),
  ...orders.map((sort) => fromTheMiddle(sort)),
  ...filters.flatMap(({ name, of }) =>
    orders.map((sort) => list(`${sort}: ${name}`, ({ library }) => ({ sort, ...of(library) }))),
  ),
  ...orders.map((sort) => fromTheMiddle(sort, someTag, ': tag, 5 %')),
  ...privateFilters.flatMap(({ name, filter }) => orders.map((order) => privateList(name, filter, order))),
  facets('whole library', {}),
  facets('tag, rare', rareTag),
  facets('tag, 5 %', someTag),
  facets('tag, 30 %', commonTag),
  facets('tag, 5 %, duration, narrow', { ...someTag, min_duration: '19.99', max_duration: '20.01' }),
  facets('duration, wide', { min_duration: '10', max_duration: '60' }),
]
