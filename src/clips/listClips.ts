/** GET /api/clips: list and search, one page at a time. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { visibleTo } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { listsTag } from '../audio/purgeCache.ts'
import {
  clipOrders,
  selectClips,
  type ClipFilter,
  type ClipOrderName,
  type Visible,
} from '../db/clipSearch.ts'
import { cachingHeaders, notModifiedResponse, ReadConditions, throughCache } from '../http/cacheable.ts'
import { json, problems } from '../http/responses.ts'
import { inOrder, queryInteger } from '../http/router.ts'
import { publicOrigin } from '../http/settings.ts'
import { searchText } from '../http/text.ts'
import { Clip, showClip } from './clip.ts'
import { Genre, Tag } from './clipFields.ts'
import { readCursor, writeCursor } from './cursor.ts'

const ListQuery = z.strictObject({
  search: searchText(200).optional().openapi({
    description: 'Words that all appear in title, description, artist or tags.',
    example: 'rain',
  }),
  genre: Genre.optional(),
  tag: z
    .union([z.string(), z.array(z.string())])
    .transform((sent) => [sent].flat())
    .pipe(z.array(Tag).max(10, 'Must have at most 10 tags.'))
    .default([])
    .openapi({
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 50 },
      maxItems: 10,
      description: 'May be repeated: all tags must match.',
    }),
  sort: z
    .enum(['newest', 'popular', 'trending'] satisfies ClipOrderName[])
    .default('newest')
    .openapi({
      description:
        '`popular`: by plays. `trending`: by recent plays, whose weight halves every three days (UTC): the sum of ' +
        'plays × 0.5^(age in days / 3).',
    }),
  limit: queryInteger(1, 100)
    .default(20)
    .openapi({ description: 'Clips on a page.', example: 20, default: 20 }),
  cursor: z
    .string()
    .max(2000)
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
      const filter = filterOf(query, visibleTo(c.var.caller))
      const cursorQuery = JSON.stringify({ sort: query.sort, ...filter })
      const { form } = clipOrders[query.sort]
      const after = query.cursor === undefined ? undefined : await readCursor(query.cursor, cursorQuery, form)
      // One row more than the page shows whether there is a next page.
      const rows = await selectClips(c.var.db, filter, query.sort, after, query.limit + 1)
      const last = rows.length > query.limit ? rows[query.limit - 1] : undefined
      const next = last ? await writeCursor({ value: last.orderedBy, id: last.id }, cursorQuery) : null
      if (next !== null) c.header('Link', `<${nextPage(c.req.url, next)}>; rel="next"`)
      const origin = publicOrigin(c)
      return c.json(
        { items: rows.slice(0, query.limit).map((row) => showClip(row, origin)), next_cursor: next },
        200,
      )
    }),
})

function filterOf(query: ListQuery, visible: Visible): ClipFilter {
  const words = (query.search ?? '').split(/\s+/u).filter((word) => word !== '')
  return { words, genre: query.genre, tags: [...new Set(query.tag)].toSorted(), visible }
}

/** The address of the next page: the same parameters with its cursor. */
function nextPage(url: string, cursor: string): string {
  const next = new URL(url)
  next.searchParams.set('cursor', cursor)
  return next.pathname + next.search
}
