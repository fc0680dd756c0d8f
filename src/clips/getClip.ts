/** GET /api/clips/{id}: one clip, or 304 if the client has it already. */
import { createRoute, defineOpenAPIRoute } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { readableClip } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { clipJsonTag, clipTag } from '../audio/purgeCache.ts'
import { cachingHeaders, notModifiedResponse, ReadConditions, throughCache } from '../http/cacheable.ts'
import { json, NoQuery, problems } from '../http/responses.ts'
import { inOrder, idParams } from '../http/router.ts'
import { publicOrigin } from '../http/settings.ts'
import { Clip, clipETag, describedETag, showClip } from './clip.ts'

const checks = inOrder(rateLimit('read'), authenticate)

export const getClip = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/clips/{id}',
    operationId: 'getClip',
    tags: ['Clips'],
    summary: 'Get one clip',
    middleware: checks,
    request: { params: idParams('clip-not-found'), query: NoQuery, headers: ReadConditions },
    responses: {
      200: json('The clip.', Clip, { ...cachingHeaders, ...describedETag }),
      304: notModifiedResponse,
      ...problems(checks, 'forbidden', 'clip-not-found', 'precondition-failed', 'invalid-fields'),
    },
  }),
  handler: async (c) => {
    const { id } = c.req.valid('param')
    const cacheable = { path: `/api/clips/${id}`, tags: [clipTag(id), clipJsonTag(id)] }
    return await throughCache(c, cacheable, async () => {
      const row = await readableClip(c.var.db, id, c.var.caller)
      // For a request with a key: it may be stored, but must be revalidated, so that an edit shows at once.
      const cacheControl = row.visibility === 'public' ? 'no-cache' : 'private, no-cache'
      const headers = { ETag: clipETag(row), 'Cache-Control': cacheControl }
      return c.json(showClip(row, publicOrigin(c)), 200, headers)
    })
  },
})
