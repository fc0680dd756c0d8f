/** GET /api/clips/{id}: one clip, or 304 to those who have it already. */
import { readableClip } from '../access/readableClip.ts'
import { connect } from '../db/connection.ts'
import { Problem } from '../http/problem.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { validId } from '../http/valid.ts'
import { clipTag, showClip } from './clip.ts'
import { verdictOnReading } from './conditions.ts'

export const getClip: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'clip-not-found')
  const row = await readableClip(connect(c.var.settings.database), id, c.var.caller)
  const verdict = verdictOnReading(c.req.raw.headers, row)
  if (verdict === 'precondition-failed') throw new Problem('precondition-failed')
  c.header('ETag', clipTag(row))
  // Kept, but asked about each time: an edit shows at once.
  c.header('Cache-Control', row.visibility === 'public' ? 'no-cache' : 'private, no-cache')
  return verdict === 'not-modified' ? c.body(null, 304) : c.json(showClip(row, publicOrigin(c)))
}
