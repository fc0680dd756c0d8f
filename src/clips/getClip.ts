/** GET /api/clips/{id}: one clip, or 304 if the client has it already. */
import { createRoute, defineOpenAPIRoute } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { readableClip } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { Problem } from '../http/problem.ts'
import { json, NoQuery, problems, requestHeaders } from '../http/responses.ts'
import { inOrder, idParams } from '../http/router.ts'
import { publicOrigin } from '../http/settings.ts'
import { Clip, clipETag, describedETag, showClip } from './clip.ts'
import { evaluateRead } from './revisions.ts'

const ReadConditions = requestHeaders({
  'If-None-Match': 'The ETag that the client has: 304 if it is still current.',
  'If-Match': 'The ETag that the client expects: 412 if it is another.',
})

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
      200: json('The clip.', Clip, describedETag),
      304: { description: 'The ETag in `If-None-Match` is current.' },
      ...problems(checks, 'forbidden', 'clip-not-found', 'precondition-failed', 'invalid-fields'),
    },
  }),
  handler: async (c) => {
    const row = await readableClip(c.var.db, c.req.valid('param').id, c.var.caller)
    const verdict = evaluateRead(c.req.raw.headers, row)
    if (verdict === 'precondition-failed') throw new Problem('precondition-failed')
    c.header('ETag', clipETag(row))
    // It may be stored, but must be revalidated: an edit shows at once.
    c.header('Cache-Control', row.visibility === 'public' ? 'no-cache' : 'private, no-cache')
    return verdict === 'not-modified' ? c.body(null, 304) : c.json(showClip(row, publicOrigin(c)), 200)
  },
})
