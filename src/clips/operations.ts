/** The clip routes as OpenAPI describes them. */
import { z } from '@hono/zod-openapi'
import { jsonResponse, needsKey, problemResponses, type Operation } from '../http/documentation.ts'
import { Clip } from './clip.ts'
import { ClipPatch, NewClipFields } from './fields.ts'
import { ClipImport } from './importUrl/receiveImport.ts'
import { ListQuery } from './listClips.ts'

const tags = ['Clips']

export const ClipId = z.object({
  id: z
    .uuid()
    .openapi({ param: { name: 'id', in: 'path' }, example: '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11' }),
})

const etag = {
  ETag: 'A strong validator of this JSON; its first number is the edit that `If-Match` looks at.',
}

const ClipPage = z
  .object({
    items: z.array(Clip),
    next_cursor: z.string().nullable().openapi({ description: 'Send as `cursor` for the next page.' }),
  })
  .openapi('ClipPage')

const ifMatch = z.object({
  'If-Match': z
    .string()
    .optional()
    .openapi({ description: 'Edit only what was read: its `ETag`, else 412.' }),
})

/** The file goes in a part named `file`, the fields beside it in any order. */
const MultipartClip = z
  .object({
    file: z.string().openapi({ format: 'binary', description: 'The audio.' }),
    ...NewClipFields.shape,
  })
  .openapi('MultipartClip')

const RawClipQuery = NewClipFields.extend({
  tags: z.string().optional().openapi({ description: 'Separated by commas, or repeated.' }),
  filename: z
    .string()
    .optional()
    .openapi({ description: 'The file name, where no Content-Disposition gives it.' }),
  allow_duplicate: z
    .literal('1')
    .optional()
    .openapi({ description: 'Take it even if the same audio is there already.' }),
}).partial()

const creationHeaders = z.object({
  'Idempotency-Key': z.string().optional().openapi({
    description:
      'Makes it safe to send the request again when its answer was lost: it makes one clip. Kept a day.',
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  }),
  'Repr-Digest': z.string().optional().openapi({
    description: 'The digest of the body, sha-256 or sha-512 (RFC 9530): stored only if it holds.',
    example: 'sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:',
  }),
  'Content-Digest': z.string().optional().openapi({ description: 'The same as `Repr-Digest`.' }),
})

const audioBody = { schema: z.string().openapi({ format: 'binary' }) }

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
      ...problemResponses('bad-cursor', 'unauthorized', 'invalid-fields', 'database-away'),
    },
  },
  {
    operationId: 'createClip',
    method: 'post',
    path: '/api/clips',
    tags,
    ...needsKey,
    summary: 'Upload a clip, or import it by URL',
    description:
      'Send a multipart form with a `file` part, the audio itself as the body with the fields as query ' +
      'parameters, or JSON with the `url` to fetch it from. What is not sent (title, artist, genre, description) is read from the file; a missing title ' +
      'may also come from the file name. Length, codec and the like are always read from the file.',
    request: {
      query: RawClipQuery,
      headers: creationHeaders,
      body: {
        content: {
          'multipart/form-data': { schema: MultipartClip },
          'audio/*': audioBody,
          'application/json': { schema: ClipImport },
        },
      },
    },
    responses: {
      201: jsonResponse('Stored. The Clip.', Clip, { Location: 'The address of the clip.', ...etag }),
      ...problemResponses(
        'malformed-form',
        'malformed-json',
        'malformed-request',
        'bad-idempotency-key',
        'digest-unsupported-algorithms',
        'digest-invalid-values',
        'digest-mismatching-values',
        'unauthorized',
        'duplicate-audio',
        'request-in-progress',
        'too-large',
        'not-audio',
        'unsupported-body',
        'damaged-audio',
        'invalid-fields',
        'source-refused',
        'source-failed',
        'idempotency-key-reused',
        'database-away',
        'storage-away',
      ),
    },
  },
  {
    operationId: 'getClip',
    method: 'get',
    path: '/api/clips/{id}',
    tags,
    summary: 'Get one clip',
    request: { params: ClipId },
    responses: {
      200: jsonResponse('The Clip.', Clip, etag),
      304: { description: 'Not changed since the `ETag` in `If-None-Match`.' },
      ...problemResponses('unauthorized', 'clip-not-found', 'database-away'),
    },
  },
  {
    operationId: 'updateClip',
    method: 'patch',
    path: '/api/clips/{id}',
    tags,
    ...needsKey,
    summary: 'Change what is written about a clip',
    description: 'A JSON merge patch (RFC 7396): only the fields sent change; null takes a value away.',
    request: {
      params: ClipId,
      headers: ifMatch,
      body: { content: { 'application/merge-patch+json': { schema: ClipPatch } } },
    },
    responses: {
      200: jsonResponse('The Clip as it is now.', Clip, etag),
      ...problemResponses('malformed-json', 'unauthorized', 'clip-not-found', 'edit-conflict'),
      ...problemResponses('too-large', 'unsupported-body', 'invalid-fields', 'database-away'),
    },
  },
  {
    operationId: 'deleteClip',
    method: 'delete',
    path: '/api/clips/{id}',
    tags,
    ...needsKey,
    summary: 'Delete a clip and its audio',
    request: { params: ClipId },
    responses: {
      204: { description: 'Gone.' },
      ...problemResponses('unauthorized', 'clip-not-found', 'database-away'),
    },
  },
]
