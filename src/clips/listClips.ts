/** GET /api/clips: clips in an order of choice, a page at a time. */
import { z } from '@hono/zod-openapi'
import { visibleTo } from '../access/visibleTo.ts'
import { clipOrders, type ClipOrderName } from '../db/clipOrders.ts'
import { selectClips, type ClipFilter, type Visible } from '../db/clips.ts'
import { connect } from '../db/connection.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { valid } from '../http/valid.ts'
import { showClip } from './clip.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { Genre, Tag } from './fields.ts'

export const ListQuery = z.object({
  search: z
    .string()
    .max(200, 'At most 200 characters.')
    .refine((text) => !text.includes('\0'), 'Must not contain control characters.')
    .transform((text) => text.normalize('NFC').toLowerCase().trim())
    .optional()
    .openapi({
      description: 'Words that all appear in title, description, artist or tags.',
      example: 'rain roof',
    }),
  genre: Genre.optional(),
  tag: z
    .array(Tag)
    .max(10, 'At most 10 tags.')
    .default([])
    .openapi({ description: 'Repeatable: all must match.' }),
  sort: z
    .enum(['newest', 'popular', 'trending'] satisfies ClipOrderName[])
    .default('newest')
    .openapi({
      description:
        '`popular`: by plays. `trending`: by plays that count the less the older they are, half as much with each ' +
        'three days (UTC): the sum of plays × 0.5^(age in days / 3).',
    }),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'A whole number.')
    .transform(Number)
    .pipe(z.int().min(1, 'At least 1.').max(100, 'At most 100.'))
    .default(20)
    .openapi({ type: 'integer', description: 'Clips a page, 1 to 100.', example: 20 }),
  cursor: z
    .string()
    .max(2000)
    .optional()
    .openapi({ description: 'Where to go on: `next_cursor` of the page before, with the same parameters.' }),
})

type ListQuery = z.output<typeof ListQuery>

export const listClips: Handler = async (c) => {
  const query = valid(ListQuery, singleValues(c.req.queries()))
  const filter = filterOf(query, visibleTo(c.var.caller))
  const bound = JSON.stringify({ sort: query.sort, ...filter })
  const after =
    query.cursor === undefined
      ? undefined
      : await readCursor(query.cursor, bound, clipOrders[query.sort].form)
  const db = connect(c.var.settings.database)
  const rows = await selectClips(db, filter, query.sort, after, query.limit + 1)
  // One row more than a page says that there is a next one.
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined
  const next = last ? await writeCursor({ value: last.orderedBy, id: last.id }, bound) : null
  if (next !== null) c.header('Link', `<${nextPage(c.req.url, next)}>; rel="next"`)
  const origin = publicOrigin(c)
  return c.json({
    items: rows.slice(0, query.limit).map((row) => showClip(row, origin)),
    next_cursor: next,
  })
}

function filterOf(query: ListQuery, visible: Visible): ClipFilter {
  const words = (query.search ?? '').split(/\s+/u).filter((word) => word !== '')
  return { words, genre: query.genre, tags: [...new Set(query.tag)].toSorted(), visible }
}

/** The address of the next page: the same parameters with its cursor (RFC 8288). */
function nextPage(url: string, cursor: string): string {
  const next = new URL(url)
  next.searchParams.set('cursor', cursor)
  return next.pathname + next.search
}

/** `tag` repeats; every other parameter given twice stays a list, which its schema refuses. */
function singleValues(queries: Record<string, string[]>): Record<string, unknown> {
  const single = Object.entries(queries).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ])
  return { ...Object.fromEntries(single), ...(queries['tag'] && { tag: queries['tag'] }) }
}
