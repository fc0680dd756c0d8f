/** GET /api/clips/{id}/stats and GET /api/stats: the plays of a clip, and of the library. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { requireReadable } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { LibraryStats, selectClipStats, selectLibraryStats, StoredClipStats } from '../db/stats.ts'
import { json, problems } from '../http/responses.ts'
import { inOrder, idParams, queryInteger } from '../http/router.ts'
import { playRule } from './play.ts'

const StatsQuery = z.strictObject({
  days: queryInteger(1, 365)
    .default(30)
    .openapi({ description: 'Days (UTC) in `daily`; today is the last.', example: 30, default: 30 }),
})

export const ClipStats = StoredClipStats.omit({ visibility: true, ownerId: true })
  .extend({ id: z.uuid().openapi({ example: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11' }) })
  .openapi('ClipStats')

/** How many of the most played clips the library's statistics name. */
const topClips = 10

/** New plays take some seconds to show anyway: they are written in batches. */
const cachedBriefly = 'public, max-age=30'
const describedCaching = {
  'Cache-Control': '30 seconds; `no-store` for a private clip.',
}

const checks = inOrder(rateLimit('search'), authenticate)

export const clipStats = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/clips/{id}/stats',
    operationId: 'clipStats',
    tags: ['Plays'],
    summary: 'Plays of a clip',
    description: playRule,
    middleware: checks,
    request: { params: idParams('clip-not-found'), query: StatsQuery },
    responses: {
      200: json('Its statistics.', ClipStats, describedCaching),
      ...problems(checks, 'forbidden', 'clip-not-found', 'invalid-fields'),
    },
  }),
  handler: async (c) => {
    const { id } = c.req.valid('param')
    const stats = await selectClipStats(c.var.db, id, c.req.valid('query').days)
    const { visibility, ownerId: _, ...shown } = requireReadable(stats, c.var.caller)
    // A browser must not keep what is private for the next person who uses it.
    c.header('Cache-Control', visibility === 'public' ? cachedBriefly : 'private, no-store')
    return c.json({ id, ...shown }, 200)
  },
})

export const libraryStats = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/stats',
    operationId: 'libraryStats',
    tags: ['Plays'],
    summary: 'Plays of the library',
    middleware: checks,
    request: { query: StatsQuery },
    responses: {
      200: json('Its statistics.', LibraryStats, describedCaching),
      ...problems(checks, 'invalid-fields'),
    },
  }),
  handler: async (c) => {
    const stats = await selectLibraryStats(c.var.db, c.req.valid('query').days, topClips)
    c.header('Cache-Control', cachedBriefly)
    return c.json(stats, 200)
  },
})
