/** DELETE /api/clips/{id}: the row first, so that no row is ever without its audio. */
import { changeableClip } from '../access/readableClip.ts'
import { deleteAudio } from '../audio/deleteAudio.ts'
import { forgetCached } from '../audio/forgetCached.ts'
import { sendJob } from '../audio/jobs.ts'
import { connect } from '../db/connection.ts'
import { deleteClipRow } from '../db/edits.ts'
import type { Handler } from '../http/router.ts'
import { validId } from '../http/valid.ts'
import { isMeant, revisionsMeant } from './conditions.ts'
import { editConflict, whyUntouched } from './editConflict.ts'

export const deleteClip: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'clip-not-found')
  const meant = revisionsMeant(c.req.raw.headers)
  const database = connect(c.var.settings.database)
  const { revision } = await changeableClip(database, id, c.var.caller)
  if (!isMeant(meant, revision)) throw editConflict()
  // Before the row, which is the last that knows of the clip: whatever fails from here on, its audio goes.
  await sendJob(c.env.JOBS, { kind: 'delete', clip: id })
  if (!(await deleteClipRow(database, id, meant))) throw await whyUntouched(database, id)
  await deleteAudio(c.env.BUCKET, id)
  await forgetCached(c.var.cached.purge, id)
  return c.body(null, 204)
}
