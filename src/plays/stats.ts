/** GET /api/clips/{id}/stats and GET /api/stats: how a clip does, and how the library does. */
import { z } from '@hono/zod-openapi'
import { ifReadable } from '../access/readableClip.ts'
import { connect } from '../db/connection.ts'
import { selectClipStats, selectLibraryStats } from '../db/stats.ts'
import type { Handler } from '../http/router.ts'
import { valid, validId } from '../http/valid.ts'

export const StatsQuery = z.object({
  days: z
    .string()
    .regex(/^\d{1,3}$/, 'A whole number.')
    .transform(Number)
    .pipe(z.int().min(1, 'At least 1.').max(365, 'At most 365.'))
    .default(30)
    .openapi({
      type: 'integer',
      description: 'Days (UTC) in `daily`, 1 to 365; today is the last.',
      example: 30,
    }),
})

/** How many of the most played clips the library's figures name. */
const topClips = 10

/** New plays show after some seconds anyway: they are written in batches. */
const briefly = 'public, max-age=30'

export const clipStats: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'clip-not-found')
  const { days } = valid(StatsQuery, c.req.query())
  const stats = await selectClipStats(connect(c.var.settings.database), id, days)
  const { visibility, ownerId: _, ...shown } = ifReadable(stats, c.var.caller)
  // What is private is not to be found in the browser of who has logged out.
  c.header('Cache-Control', visibility === 'public' ? briefly : 'private, no-store')
  return c.json({ id, ...shown })
}

export const libraryStats: Handler = async (c) => {
  const { days } = valid(StatsQuery, c.req.query())
  const stats = await selectLibraryStats(connect(c.var.settings.database), days, topClips)
  c.header('Cache-Control', briefly)
  return c.json(stats)
}
