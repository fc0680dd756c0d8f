/** PATCH /api/clips/{id}: a JSON merge patch of what people write about a clip. */
import { changeableClip } from '../access/readableClip.ts'
import { forgetCached } from '../audio/forgetCached.ts'
import { retrySeconds, secondPurgeSeconds, sendJob } from '../audio/jobs.ts'
import { settleLabel } from '../audio/settleLabel.ts'
import { connect, type Database } from '../db/connection.ts'
import { updateClip as updateClipRow } from '../db/edits.ts'
import { clearPurgePending } from '../db/purges.ts'
import { retried } from '../db/retried.ts'
import type { ClipRow } from '../db/clipTable.ts'
import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { readJson, valid, validId } from '../http/valid.ts'
import { clipTag, showClip } from './clip.ts'
import { isMeant, revisionsMeant } from './conditions.ts'
import { editConflict, whyUntouched } from './editConflict.ts'
import { ClipPatch } from './fields.ts'

export const updateClip: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'clip-not-found')
  const json = await readJson(c.req.raw, ['application/merge-patch+json', 'application/json'])
  const patch = valid(ClipPatch, json)
  const meant = revisionsMeant(c.req.raw.headers)
  const database = connect(c.var.settings.database)
  const before = await changeableClip(database, id, c.var.caller)
  if (!isMeant(meant, before.revision)) throw editConflict()
  const hides = patch.visibility === 'private' && (before.visibility === 'public' || before.purgePending)
  // Before the row, as for a deletion: whatever fails from here on, the label is written and the cache is told.
  if (hides) await sendJob(c.env.JOBS, { kind: 'purge', clip: id })
  const row = await updateClipRow(database, id, patch, meant)
  if (!row) throw await whyUntouched(database, id)
  const stores = { bucket: c.env.BUCKET, jobs: c.env.JOBS, purge: c.var.cached.purge, database }
  const purgePending = await settleAudio(stores, row, hides)
  const shown = { ...row, purgePending }
  c.header('ETag', clipTag(shown))
  return c.json(showClip(shown, publicOrigin(c)))
}

/** What an edit changes beside the row, and the row's database. */
type Stores = { bucket: R2Bucket; jobs: Queue; purge: PurgeCached; database: Database }

/**
 * Has streaming go by the row, and the cache let go of what it said before. Answers whether it may still hold what is
 * hidden now. If R2 fails, so does the PATCH; the row stays edited, and a job, the cron or the next PATCH mends the rest.
 */
async function settleAudio(
  { bucket, jobs, purge, database }: Stores,
  { id, purgePending }: ClipRow,
  hasJob: boolean,
): Promise<boolean> {
  const { written, agrees, revision } = await settleLabel(bucket, database, id)
  if (!written && !purgePending) return false
  // Others edit on and on: purged before the label is right, the cache would be filled with the same again.
  const purged = agrees && (await forgetCached(purge, id))
  if (!hasJob) {
    await sendJob(jobs, { kind: 'purge', clip: id }, purged ? secondPurgeSeconds : retrySeconds)
  }
  if (!purged || !purgePending || revision === undefined) return purgePending
  return !(await retried(async () => await clearPurgePending(database, id, revision)))
}
