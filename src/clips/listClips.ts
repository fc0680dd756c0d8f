/** GET /api/clips: list and search, one page at a time. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { listsTag } from '../audio/purgeCache.ts'
import type { ClipFilter } from '../db/clipScope.ts'
import {
  searchClips,
  selectClips,
  tierForms,
  type ClipOrder,
  type ClipsPage,
  type ListCursor,
} from '../db/clipSearch.ts'
import type { Database } from '../db/connection.ts'
import { cachingHeaders, notModifiedResponse, ReadConditions, throughCache } from '../http/cacheable.ts'
import { json, problems } from '../http/responses.ts'
import { inOrder, queryInteger } from '../http/router.ts'
import { publicOrigin } from '../http/settings.ts'
import { Clip, showClip } from './clip.ts'
import { ClipQuery, filterOf } from './clipQuery.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { parseSearch, type SearchQuery } from './searchQuery.ts'

const sorts = ['newest', 'oldest', 'popular', 'trending', 'title', 'duration', 'relevance'] as const

const ListQuery = ClipQuery.extend({
  sort: z
    .enum(sorts satisfies readonly (ClipOrder | 'relevance')[])
    .optional()
    .openapi({
      description:
        '`relevance`: the default with `search`; without one it is `newest`, the default otherwise. `popular`: by plays. ' +
        '`trending`: by recent plays, whose weight halves every three days (UTC): the sum of plays × 0.5^(age in days / 3). ' +
        '`title`: from A to Z. `duration`: the shortest first.',
    }),
  limit: queryInteger(1, 100)
    .default(20)
    .openapi({ description: 'Clips on a page.', example: 20, default: 20 }),
  cursor: z
    .string()
    .max(6000)
    .optional()
    .openapi({ description: '`next_cursor` of the previous page, with otherwise the same parameters.' }),
})

type ListQuery = z.output<typeof ListQuery>

const ClipPage = z
  .object({
    items: z.array(Clip),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: 'Send it as `cursor` for the next page. Null on the last page.' }),
  })
  .openapi('ClipPage')

const checks = inOrder(rateLimit('search'), authenticate)

export const listClips = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/clips',
    operationId: 'listClips',
    tags: ['Clips'],
    summary: 'List and search clips',
    description:
      'Public clips, and private ones of the same key with the scope `read`; all with `admin`. Newest first, unless ' +
      '`sort` says otherwise.',
    middleware: checks,
    request: { query: ListQuery, headers: ReadConditions },
    responses: {
      200: json('A page of clips.', ClipPage, {
        Link: 'The next page, `rel="next"` (RFC 8288).',
        ...cachingHeaders,
      }),
      304: notModifiedResponse,
      ...problems(checks, 'bad-cursor', 'invalid-fields', 'precondition-failed'),
    },
  }),
  handler: async (c) =>
    await throughCache(c, { path: '/api/clips', tags: [listsTag] }, async () => {
      const query = c.req.valid('query')
      const page = await readPage(c.var.db, query, filterOf(query, c.var.caller))
      if (page.next !== null) c.header('Link', `<${nextPage(c.req.url, page.next)}>; rel="next"`)
      const origin = publicOrigin(c)
      return c.json({ items: page.rows.map((row) => showClip(row, origin)), next_cursor: page.next }, 200)
    }),
})

/** A statement reads only so much of a library. Where few clips match, so many statements look for the next page. */
const maxStatements = 4

/** Reads a page of the list, and the cursor of the next one; null after the last. */
async function readPage(db: Database, query: ListQuery, filter: ClipFilter) {
  const words = parseSearch(query.search ?? '')
  const order = orderOf(query.sort, words)
  const listed = JSON.stringify({ order, words, ...filter })
  let cursor =
    query.cursor === undefined ? undefined : await readCursor(query.cursor, listed, tierForms(order))
  const found: ClipsPage['found'] = []
  for (let statements = 0; statements < maxStatements; statements += 1) {
    // One clip more than the page shows whether there is a next page.
    const missing = query.limit + 1 - found.length
    const page = await readSome(db, filter, words, order, cursor, missing)
    found.push(...page.found)
    cursor = page.stop && { position: page.stop, state: page.state }
    if (!cursor || found.length > query.limit) {
      const last = found.length > query.limit ? found[query.limit - 1] : undefined
      cursor = last && { position: last.position, state: page.state }
      break
    }
  }
  const rows = found.slice(0, query.limit).map(({ row }) => row)
  return { rows, next: cursor ? await writeCursor(cursor, listed) : null }
}

function orderOf(sort: ListQuery['sort'], words: SearchQuery | undefined): ClipOrder | 'relevance' {
  if (sort === undefined) return words ? 'relevance' : 'newest'
  return sort === 'relevance' && !words ? 'newest' : sort
}

async function readSome(
  db: Database,
  filter: ClipFilter,
  words: SearchQuery | undefined,
  order: ClipOrder | 'relevance',
  cursor: ListCursor | undefined,
  limit: number,
): Promise<ClipsPage> {
  const search = words && { query: words, spellings: cursor?.state.spellings }
  if (order !== 'relevance') return await selectClips(db, filter, search, order, cursor, limit)
  if (!search) throw new Error('an order by relevance needs a search')
  return await searchClips(db, filter, search, cursor, limit)
}

/** The address of the next page: the same parameters with its cursor. */
function nextPage(url: string, cursor: string): string {
  const next = new URL(url)
  next.searchParams.set('cursor', cursor)
  return next.pathname + next.search
}
