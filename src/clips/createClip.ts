/**
 * POST /api/clips: stage the bytes, prove what they are, promote them, insert the row. Any step may be the last without
 * harm: README.md says what it leaves behind, and who clears that.
 */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticate, requireScope } from '../access/authenticate.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { sendAnalyses } from '../audio/jobs.ts'
import { incomingKey } from '../audio/objects.ts'
import { purgeLists } from '../audio/purgeCache.ts'
import { deleteStaged, stageUpload } from '../audio/stageUpload.ts'
import { surviveDisconnect } from '../http/headers.ts'
import { json, needsKey, problems, requestHeaders } from '../http/responses.ts'
import { inOrder, QueryBoolean } from '../http/router.ts'
import { publicOrigin, type Settings } from '../http/settings.ts'
import { Clip, describedETag } from './clip.ts'
import { NewClipTexts } from './clipFields.ts'
import { beginAttempt, type Created } from './idempotency.ts'
import { isImport, openImport } from './importUrl.ts'
import { publishClip } from './publishClip.ts'
import { openUpload, type Upload } from './readUpload.ts'

const CreateQuery = NewClipTexts.extend({
  filename: z
    .string()
    .max(1000)
    .optional()
    .openapi({ description: 'The file name, if the body has none and there is no Content-Disposition.' }),
  allow_duplicate: QueryBoolean.default(false).openapi({
    description: 'Accept audio that the owner has in the library already.',
    default: false,
  }),
})

const CreateHeaders = requestHeaders({
  'Idempotency-Key':
    'Any text, such as `"8e03978e-40d5"`. It makes the request safe to repeat for a day: all repetitions create one clip.',
  'Repr-Digest':
    'Digest of the whole body (audio, form or JSON), sha-256 or sha-512 (RFC 9530). Other bytes are refused.',
  'Content-Digest': 'The same as `Repr-Digest`.',
})

/** The form as the document describes it. No validator reads it, because it streams. */
export const FormClip = z.object({
  file: z.string().openapi({ format: 'binary', description: 'The audio.' }),
  ...NewClipTexts.shape,
})

/** Schemas that are no zod types, so that no validator reads the body. app.ts adds the components that they refer to. */
const uploadBody = {
  content: {
    'multipart/form-data': { schema: { $ref: '#/components/schemas/FormClip' } },
    'audio/*': { schema: { type: 'string' as const, format: 'binary' } },
    'application/json': { schema: { $ref: '#/components/schemas/ClipImport' } },
  },
  required: true,
}

const checks = inOrder(authenticate, requireScope('write'), rateLimit('write'), surviveDisconnect)

const createClipRoute = createRoute({
  method: 'post',
  path: '/api/clips',
  operationId: 'createClip',
  tags: ['Clips'],
  ...needsKey,
  summary: 'Upload a clip, or import it by URL',
  description:
    'Send a multipart form with a `file` part, or the audio itself as the body with the fields as query parameters, or ' +
    'JSON with the `url` of the audio. Missing title, artist, genre and description are read from the file; a missing ' +
    'title may also come from the file name. Duration, codec and the like are always read from the file. It is MP3, ' +
    'AAC, M4A, FLAC, WAV, AIFF, CAF, AMR, Ogg or WebM, by its bytes: the content type of a body may also be that of a ' +
    'video container, or `application/octet-stream`. Needs the scope `write`.',
  middleware: checks,
  request: { query: CreateQuery, headers: CreateHeaders, body: uploadBody },
  responses: {
    201: json('The new clip.', Clip, { Location: 'The address of the clip.', ...describedETag }),
    ...problems(
      checks,
      'malformed-form',
      'malformed-json',
      'bad-idempotency-key',
      'digest-unsupported-algorithms',
      'digest-invalid-values',
      'digest-mismatching-values',
      'duplicate-audio',
      'request-in-progress',
      'payload-too-large',
      'not-audio',
      'unsupported-body',
      'damaged-audio',
      'invalid-fields',
      'source-refused',
      'source-failed',
      'idempotency-key-reused',
      'storage-unavailable',
    ),
  },
})

export const createClip = defineOpenAPIRoute({
  route: createClipRoute,
  handler: async (c) => {
    const { db, caller, settings } = c.var
    const { filename, allow_duplicate: allowDuplicate, ...queryFields } = c.req.valid('query')
    const origin = publicOrigin(c)
    const attempt = await beginAttempt(db, caller.keyId, c.req.header('Idempotency-Key'), origin)
    const endLock = attempt.keepLock()
    const stagingKey = incomingKey(attempt.id)
    let upload: Upload | undefined
    try {
      upload = await openBody(c.req.raw, filename, settings, origin)
      let created = upload.identity && (await attempt.bind([upload.identity, queryFields]))
      if (!created) {
        const staged = await stageUpload(c.env.BUCKET, stagingKey, upload.audio, settings.maxUploadBytes)
        const { fields, fileName } = await upload.details()
        const sent = { ...queryFields, ...fields }
        if (!upload.identity) created = await attempt.bind([sent, fileName, staged.sha256.toHex()])
        created ??= await publishClip(c.env.BUCKET, db, staged, attempt, {
          fields: sent,
          fileName,
          titlePlace: upload.titlePlace,
          ownerId: caller.keyId,
          allowDuplicate,
          origin,
        })
      }
      await attempt.complete(created)
      c.executionCtx.waitUntil(sendAnalyses(c.env.ANALYSES, [created.clip.id]))
      if (created.clip.visibility === 'public') await purgeLists(c.var.cached)
      return c.json(created.clip, 201, headersOf(created))
    } catch (error) {
      upload?.cancel(error)
      await attempt.release(error)
      throw error
    } finally {
      endLock()
      await deleteStaged(c.env.BUCKET, stagingKey)
    }
  },
})

/** Opens the body in whichever form it has. */
async function openBody(
  request: Request,
  fileName: string | undefined,
  { maxUploadBytes, allowLoopbackImports, publicOrigins }: Settings,
  origin: string,
): Promise<Upload> {
  if (!isImport(request)) return await openUpload(request, fileName, maxUploadBytes)
  const ownOrigins = [...publicOrigins, origin]
  return await openImport(request, maxUploadBytes, { allowLoopback: allowLoopbackImports, ownOrigins })
}

function headersOf({ clip, etag }: Created): Record<string, string> {
  return { Location: `/api/clips/${clip.id}`, ETag: etag }
}
