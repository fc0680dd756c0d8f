/** PATCH /api/clips/{id}: a JSON merge patch. Only a new visibility touches the audio. */
import { createRoute, defineOpenAPIRoute } from '@hono/zod-openapi'
import { authenticate, requireScope } from '../access/authenticate.ts'
import { changeableClip } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { sendJob } from '../audio/jobs.ts'
import { syncMetadata } from '../audio/objects.ts'
import { purgeClips, purgeJson } from '../audio/purgeCache.ts'
import { clearPurgePending, updateClip as updateClipRow } from '../db/clips.ts'
import { isDatabaseUnavailable, type Database } from '../db/connection.ts'
import type { CachedEntrypoint } from '../http/cache.ts'
import { surviveDisconnect } from '../http/headers.ts'
import { limitJson } from '../http/jsonBody.ts'
import { json, needsKey, NoQuery, problems, requestHeaders } from '../http/responses.ts'
import { retry } from '../http/retry.ts'
import { inOrder, idParams } from '../http/router.ts'
import { publicOrigin } from '../http/settings.ts'
import { Clip, clipETag, describedETag, showClip } from './clip.ts'
import { ClipPatch } from './clipFields.ts'
import { changeAsRead } from './revisions.ts'

/** The conditions of PATCH and DELETE. */
export const ChangeConditions = requestHeaders({
  'If-Match': 'The ETag of the clip as it was read: 412 if it has been edited since. Plays are no edits.',
  'If-None-Match': 'ETags that the clip must not have: 412 if it has one. `*` matches any clip.',
})

const checks = inOrder(
  authenticate,
  requireScope('write'),
  rateLimit('write'),
  surviveDisconnect,
  limitJson('application/merge-patch+json', 'application/json'),
)

export const updateClip = defineOpenAPIRoute({
  route: createRoute({
    method: 'patch',
    path: '/api/clips/{id}',
    operationId: 'updateClip',
    tags: ['Clips'],
    ...needsKey,
    summary: 'Edit a clip',
    description:
      'A JSON merge patch (RFC 7396): only the fields that are sent change, and null removes a value. A patch that ' +
      'changes nothing is no edit. Needs the scope `write` and ownership of the clip (or `admin`). The answer shows ' +
      'the clip to everyone who may edit it.',
    middleware: checks,
    request: {
      params: idParams('clip-not-found'),
      query: NoQuery,
      headers: ChangeConditions,
      body: {
        content: {
          'application/merge-patch+json': { schema: ClipPatch },
          'application/json': { schema: ClipPatch },
        },
        required: true,
      },
    },
    responses: {
      200: json('The clip after the edit.', Clip, describedETag),
      ...problems(checks, 'clip-not-found', 'edit-conflict', 'invalid-fields', 'storage-unavailable'),
    },
  }),
  handler: async (c) => {
    const { id } = c.req.valid('param')
    const patch = c.req.valid('json')
    const { db } = c.var
    const read = async () => await changeableClip(db, id, c.var.caller)
    const row = await changeAsRead(c.req.raw.headers, read, async (before) => {
      const changesVisibility =
        patch.visibility !== undefined && (patch.visibility !== before.visibility || before.purgePending)
      // Whatever fails after this, the job gives the audio its new visibility.
      if (changesVisibility) await sendJob(c.env.JOBS, { kind: 'purge', clip: id })
      return await updateClipRow(db, id, patch, before)
    })
    if (!row.purgePending) await purgeJson(c.var.cached, id)
    const purgePending = row.purgePending && !(await publishVisibility(db, c.env.BUCKET, c.var.cached, id))
    c.header('ETag', clipETag({ ...row, purgePending }))
    return c.json(showClip({ ...row, purgePending }, publicOrigin(c)), 200)
  },
})

/**
 * Gives the audio the visibility of its row and purges the cache. False if the cache may still hold what is hidden now: the
 * job repeats it. If R2 fails, so does the PATCH: the row stays edited, and the job or the cron does the rest.
 */
async function publishVisibility(
  db: Database,
  bucket: R2Bucket,
  cached: CachedEntrypoint,
  id: string,
): Promise<boolean> {
  let purged = false
  // The purge comes second: before the metadata is right, the cache would store the old audio again. It comes even if R2
  // fails, because the JSON shows the row.
  const { inSync, revision } = await syncMetadata(bucket, db, id).finally(async () => {
    purged = await purgeClips(cached, [id])
  })
  if (!inSync || revision === undefined || !purged) return false
  return await retry(async () => await clearPurgePending(db, id, revision), isDatabaseUnavailable)
}
