/** PATCH /api/clips/{id}: a JSON merge patch of what people write about a clip. */
import { changeableClip } from '../access/readableClip.ts'
import { forgetCached } from '../audio/forgetCached.ts'
import { retrySeconds, secondPurgeSeconds, sendJob } from '../audio/jobs.ts'
import { settleLabel } from '../audio/settleLabel.ts'
import { clearPurgePending, updateClip as updateClipRow } from '../db/clips.ts'
import { connect } from '../db/connection.ts'
import { retried } from '../db/retried.ts'
import { Problem } from '../http/problem.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { readJson, valid, validId } from '../http/valid.ts'
import { clipTag, revisionsToMatch, showClip } from './clip.ts'
import { ClipPatch } from './fields.ts'

export const updateClip: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'clip-not-found')
  const json = await readJson(c.req.raw, ['application/merge-patch+json', 'application/json'])
  const patch = valid(ClipPatch, json)
  const revisions = revisionsToMatch(c.req.header('If-Match'))
  const database = connect(c.var.settings.database)
  await changeableClip(database, id, c.var.caller)
  const row = await updateClipRow(database, id, patch, revisions)
  if (!row) throw new Problem('edit-conflict')
  // Streaming goes by the label of the audio. If this fails, the cron mends it, or repeating the PATCH.
  const { written, revision } = await settleLabel(c.env.BUCKET, database, id)
  if (written || row.purgePending) {
    const purged = await forgetCached(c.var.cached.purge, id)
    await sendJob(c.env.JOBS, { kind: 'purge', clip: id }, purged ? secondPurgeSeconds : retrySeconds)
    if (purged && row.purgePending && revision !== undefined) {
      row.purgePending = !(await retried(async () => await clearPurgePending(database, id, revision)))
    }
  }
  c.header('ETag', clipTag(row))
  return c.json(showClip(row, publicOrigin(c)))
}
