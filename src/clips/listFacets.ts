/** GET /api/clips/facets: how many clips of a list have each genre, tag and licence. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticate } from '../access/authenticate.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { listsTag } from '../audio/purgeCache.ts'
import { selectFacets } from '../db/facets.ts'
import { cachingHeaders, notModifiedResponse, ReadConditions, throughCache } from '../http/cacheable.ts'
import { json, problems } from '../http/responses.ts'
import { inOrder } from '../http/router.ts'
import { ClipQuery, filterOf } from './clipQuery.ts'
import { parseSearch } from './searchQuery.ts'

const Counts = z.array(
  z.object({
    value: z
      .string()
      .openapi({ description: 'As the filter of the same name takes it.', example: 'ambient' }),
    count: z.int().openapi({ description: 'Clips that have it.', example: 3 }),
  }),
)

const Facets = z
  .object({
    total: z.int().openapi({ description: 'Clips that match.', example: 6 }),
    is_lower_bound: z.boolean().openapi({
      description: 'More than 10,000 clips match: there may be more of everything than is counted here.',
      example: false,
    }),
    genres: Counts.openapi({ description: 'The 100 most frequent genres, most clips first.' }),
    tags: Counts.openapi({ description: 'The 100 most frequent tags, most clips first.' }),
    licenses: Counts.openapi({ description: 'The 100 most frequent licences, most clips first.' }),
  })
  .openapi('ClipFacets')

const checks = inOrder(rateLimit('search'), authenticate)

export const listFacets = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/clips/facets',
    operationId: 'listFacets',
    tags: ['Clips'],
    summary: 'Count clips by genre, tag and licence',
    description:
      'The clips that `GET /api/clips` lists with the same parameters. The counts are exact up to 10,000 clips; all public clips ' +
      'without a filter are always counted exactly.',
    middleware: checks,
    request: { query: ClipQuery, headers: ReadConditions },
    responses: {
      200: json('The counts.', Facets, cachingHeaders),
      304: notModifiedResponse,
      ...problems(checks, 'invalid-fields', 'precondition-failed'),
    },
  }),
  handler: async (c) =>
    await throughCache(c, { path: '/api/clips/facets', tags: [listsTag] }, async () => {
      const query = c.req.valid('query')
      const words = parseSearch(query.search ?? '')
      const search = words && { query: words, spellings: undefined }
      const facets = await selectFacets(c.var.db, filterOf(query, c.var.caller), search)
      return c.json(
        {
          total: facets.total,
          is_lower_bound: facets.isCapped,
          genres: facets.genres,
          tags: facets.tags,
          licenses: facets.licenses,
        },
        200,
      )
    }),
})
