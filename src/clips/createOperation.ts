/** POST /api/clips as OpenAPI describes it: three bodies, and all that can be wrong with them. */
import { z } from '@hono/zod-openapi'
import { jsonResponse, needsKey, problemResponses, type Operation } from '../http/documentation.ts'
import { Clip, describedTag } from './clip.ts'
import { NewClipFields } from './fields.ts'
import { ClipImport } from './importUrl/receiveImport.ts'

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
    description:
      'The digest of the body as it is sent (audio, form or JSON), sha-256 or sha-512 (RFC 9530): stored only if it holds.',
    example: 'sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:',
  }),
  'Content-Digest': z.string().optional().openapi({ description: 'The same as `Repr-Digest`.' }),
})

const audioBody = { schema: z.string().openapi({ format: 'binary' }) }

export const createOperation: Operation = {
  operationId: 'createClip',
  method: 'post',
  path: '/api/clips',
  tags: ['Clips'],
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
    201: jsonResponse('Stored. The Clip.', Clip, { Location: 'The address of the clip.', ...describedTag }),
    ...problemResponses(
      'malformed-form',
      'malformed-json',
      'bad-idempotency-key',
      'digest-unsupported-algorithms',
      'digest-invalid-values',
      'digest-mismatching-values',
      'unauthorized',
      'forbidden',
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
      'too-many-requests',
      'database-away',
      'storage-away',
    ),
  },
}
