/** DELETE /api/clips/{id}: the row goes first, so a row is never without its audio. */
import { createRoute, defineOpenAPIRoute } from '@hono/zod-openapi'
import { authenticate, requireScope } from '../access/authenticate.ts'
import { changeableClip } from '../access/permissions.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { sendJob } from '../audio/jobs.ts'
import { deleteAudioOrLog } from '../audio/objects.ts'
import { purgeClips } from '../audio/purgeCache.ts'
import { deleteClipRow } from '../db/clips.ts'
import { surviveDisconnect } from '../http/headers.ts'
import { needsKey, NoQuery, problems } from '../http/responses.ts'
import { inOrder, idParams } from '../http/router.ts'
import { changeAsRead } from './revisions.ts'
import { ChangeConditions } from './updateClip.ts'

const checks = inOrder(authenticate, requireScope('write'), rateLimit('write'), surviveDisconnect)

export const deleteClip = defineOpenAPIRoute({
  route: createRoute({
    method: 'delete',
    path: '/api/clips/{id}',
    operationId: 'deleteClip',
    tags: ['Clips'],
    ...needsKey,
    summary: 'Delete a clip and its audio',
    description: 'Needs the scope `write` and ownership of the clip (or `admin`).',
    middleware: checks,
    request: { params: idParams('clip-not-found'), query: NoQuery, headers: ChangeConditions },
    responses: {
      204: { description: 'The clip is deleted.' },
      ...problems(checks, 'clip-not-found', 'edit-conflict', 'invalid-fields'),
    },
  }),
  handler: async (c) => {
    const { id } = c.req.valid('param')
    const { db } = c.var
    const read = async () => await changeableClip(db, id, c.var.caller)
    await changeAsRead(c.req.raw.headers, read, async (before) => {
      // After the row is gone nothing else knows of the audio, so the job that deletes it is sent first.
      await sendJob(c.env.JOBS, { kind: 'delete', clip: id })
      return await deleteClipRow(db, id, before)
    })
    // No clip ever gets this id again, so nothing else can be at this key.
    await deleteAudioOrLog(c.env.BUCKET, id)
    await purgeClips(c.var.cached, [id])
    return c.body(null, 204)
  },
})
