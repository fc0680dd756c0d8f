/** GET and HEAD /api/clips/{id}/stream: the audio, from R2 alone. The database is never asked. */
import { Problem } from '../http/problem.ts'
import type { Handler } from '../http/router.ts'
import { validId } from '../http/valid.ts'
import { readLabel } from './label.ts'
import { audioKey } from './objectKeys.ts'
import { readRange } from './range.ts'
import { storageAway } from './storageAway.ts'

export const streamAudio: Handler = async (c) => {
  const key = audioKey(validId(c.req.param('id'), 'clip-not-found'))
  const head = await storageAway(c.env.BUCKET.head(key))
  if (!head || (readLabel(head).visibility === 'private' && !c.var.caller.admin)) {
    throw new Problem('clip-not-found')
  }
  const headers = audioHeaders(head)
  if (c.req.method === 'HEAD') {
    return new Response(null, { headers: { ...headers, 'Content-Length': String(head.size) } })
  }
  const range = readRange(c.req.header('Range'), head.size)
  if (range.kind === 'unsatisfiable') {
    throw new Problem('unsatisfiable-range', { headers: { 'Content-Range': `bytes */${head.size}` } })
  }
  const part = range.kind === 'part' ? { range: { offset: range.offset, length: range.length } } : {}
  const object = await storageAway(c.env.BUCKET.get(key, part))
  if (!object) throw new Problem('clip-not-found')
  if (range.kind === 'whole') {
    return new Response(object.body, { headers: { ...headers, 'Content-Length': String(head.size) } })
  }
  const contentRange = `bytes ${range.offset}-${range.offset + range.length - 1}/${head.size}`
  return new Response(object.body, {
    status: 206,
    headers: { ...headers, 'Content-Range': contentRange, 'Content-Length': String(range.length) },
  })
}

function audioHeaders(object: R2Object): Record<string, string> {
  const label = readLabel(object)
  return {
    'Accept-Ranges': 'bytes',
    'Content-Type': label.contentType,
    ETag: object.httpEtag,
    'Last-Modified': object.uploaded.toUTCString(),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control':
      label.visibility === 'public' ? 'public, max-age=31536000, immutable' : 'private, no-store',
  }
}
