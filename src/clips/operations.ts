/** The clip routes as OpenAPI describes them. */
import { z } from '@hono/zod-openapi'
import { jsonResponse, needsKey, problemResponses, type Operation } from '../http/documentation.ts'
import { Clip, describedTag } from './clip.ts'
import { createOperation } from './createOperation.ts'
import { ClipPatch } from './fields.ts'
import { ListQuery } from './listClips.ts'

const tags = ['Clips']

const ClipId = z.object({
  id: z
    .uuid()
    .openapi({ param: { name: 'id', in: 'path' }, example: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11' }),
})

const ClipPage = z
  .object({
    items: z.array(Clip),
    next_cursor: z.string().nullable().openapi({ description: 'Send as `cursor` for the next page.' }),
  })
  .openapi('ClipPage')

const readConditions = z.object({
  'If-None-Match': z
    .string()
    .optional()
    .openapi({ description: 'An `ETag` that is known: if it still holds, 304.' }),
  'If-Match': z
    .string()
    .optional()
    .openapi({ description: 'The `ETag` that is wanted: any other is a 412.' }),
})

const changeConditions = z.object({
  'If-Match': z.string().optional().openapi({
    description: 'Change only what was read: its `ETag`. If it was edited since: 412. Plays are no edits.',
  }),
  'If-None-Match': z.string().optional().openapi({
    description: 'Not what has one of these: 412. `*` is any clip that there is.',
  }),
})

export const clipOperations: Operation[] = [
  {
    operationId: 'listClips',
    method: 'get',
    path: '/api/clips',
    tags,
    summary: 'List and search clips',
    description:
      'Public clips, newest first unless `sort` says otherwise. With an admin key, private ones too.',
    request: { query: ListQuery },
    responses: {
      200: jsonResponse('A page of clips.', ClipPage, { Link: 'The next page, `rel="next"` (RFC 8288).' }),
      ...problemResponses(
        'bad-cursor',
        'unauthorized',
        'invalid-fields',
        'too-many-requests',
        'database-away',
      ),
    },
  },
  createOperation,
  {
    operationId: 'getClip',
    method: 'get',
    path: '/api/clips/{id}',
    tags,
    summary: 'Get one clip',
    request: { params: ClipId, headers: readConditions },
    responses: {
      200: jsonResponse('The Clip.', Clip, describedTag),
      304: { description: 'Not changed since the `ETag` in `If-None-Match`.' },
      ...problemResponses(
        'unauthorized',
        'forbidden',
        'clip-not-found',
        'precondition-failed',
        'too-many-requests',
        'database-away',
      ),
    },
  },
  {
    operationId: 'updateClip',
    method: 'patch',
    path: '/api/clips/{id}',
    tags,
    ...needsKey,
    summary: 'Change what is written about a clip',
    description:
      'A JSON merge patch (RFC 7396): only the fields sent change; null takes a value away. One that changes nothing is no edit. Needs the scope `write`; whoever may change a clip sees it in the answer.',
    request: {
      params: ClipId,
      headers: changeConditions,
      body: { content: { 'application/merge-patch+json': { schema: ClipPatch } } },
    },
    responses: {
      200: jsonResponse('The Clip as it is now.', Clip, describedTag),
      ...problemResponses(
        'malformed-json',
        'unauthorized',
        'forbidden',
        'clip-not-found',
        'edit-conflict',
        'too-large',
        'unsupported-body',
        'invalid-fields',
        'too-many-requests',
        'database-away',
        'storage-away',
      ),
    },
  },
  {
    operationId: 'deleteClip',
    method: 'delete',
    path: '/api/clips/{id}',
    tags,
    ...needsKey,
    summary: 'Delete a clip and its audio',
    request: { params: ClipId, headers: changeConditions },
    responses: {
      204: { description: 'Gone.' },
      ...problemResponses(
        'unauthorized',
        'forbidden',
        'clip-not-found',
        'edit-conflict',
        'too-many-requests',
        'database-away',
      ),
    },
  },
]
