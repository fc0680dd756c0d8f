/** The routes of keys and links as OpenAPI describes them. */
import { z } from '@hono/zod-openapi'
import { jsonResponse, needsKey, problemResponses, type Operation } from '../http/documentation.ts'
import { Link, NewLink } from './createLink.ts'
import { ApiKey, CreatedApiKey, NewApiKey } from './keys.ts'

const refusals = ['unauthorized', 'forbidden', 'too-many-requests', 'database-away'] as const

export const accessOperations: Operation[] = [
  {
    operationId: 'createLink',
    method: 'post',
    path: '/api/clips/{id}/links',
    tags: ['Access'],
    ...needsKey,
    summary: 'Make a link to a private clip',
    description:
      "Whoever has the link may stream the clip until it ends, without a key. Needs the scope `read`, and the clip to be one's own (or `admin`).",
    request: {
      params: z.object({ id: z.uuid() }),
      body: { content: { 'application/json': { schema: NewLink } } },
    },
    responses: {
      201: jsonResponse('The link.', Link),
      ...problemResponses(
        'malformed-json',
        ...refusals,
        'clip-not-found',
        'too-large',
        'unsupported-body',
        'invalid-fields',
      ),
    },
  },
  {
    operationId: 'createApiKey',
    method: 'post',
    path: '/api/keys',
    tags: ['Access'],
    ...needsKey,
    summary: 'Make an API key',
    description: 'The key is shown this once; we keep its hash alone. Needs the scope `admin`.',
    request: { body: { content: { 'application/json': { schema: NewApiKey } } } },
    responses: {
      201: jsonResponse('The key.', CreatedApiKey, { Location: 'Where it is revoked.' }),
      ...problemResponses(
        'malformed-json',
        ...refusals,
        'too-large',
        'unsupported-body',
        'invalid-fields',
        'storage-away',
      ),
    },
  },
  {
    operationId: 'listApiKeys',
    method: 'get',
    path: '/api/keys',
    tags: ['Access'],
    ...needsKey,
    summary: 'List API keys',
    description: 'Revoked and expired ones too; never the keys themselves. Needs the scope `admin`.',
    responses: {
      200: jsonResponse('The keys, newest first.', z.object({ items: z.array(ApiKey) })),
      ...problemResponses(...refusals),
    },
  },
  {
    operationId: 'revokeApiKey',
    method: 'delete',
    path: '/api/keys/{id}',
    tags: ['Access'],
    ...needsKey,
    summary: 'Revoke an API key',
    description: 'It is refused from now on; its clips stay. Needs the scope `admin`.',
    request: { params: z.object({ id: z.uuid() }) },
    responses: {
      204: { description: 'Revoked.' },
      ...problemResponses(...refusals, 'key-not-found', 'storage-away'),
    },
  },
]
