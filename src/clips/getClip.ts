/** GET /api/clips/{id}: one clip, or 304 to those who have it already. */
import { readableClip } from '../access/readableClip.ts'
import { connect } from '../db/connection.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { validId } from '../http/valid.ts'
import { clipTag, showClip } from './clip.ts'

export const getClip: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'clip-not-found')
  const row = await readableClip(connect(c.var.settings.database), id, c.var.caller)
  c.header('ETag', clipTag(row))
  // Kept, but asked about each time: an edit shows at once.
  c.header('Cache-Control', row.visibility === 'public' ? 'no-cache' : 'private, no-cache')
  return c.json(showClip(row, publicOrigin(c)))
}
