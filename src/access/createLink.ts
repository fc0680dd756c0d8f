/** POST /api/clips/{id}/links: a link by which anyone may hear a private clip for a while. */
import { z } from '@hono/zod-openapi'
import { connect } from '../db/connection.ts'
import { Problem } from '../http/problem.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { readJson, valid, validId } from '../http/valid.ts'
import { readableClip } from './readableClip.ts'
import { mayChange } from './scope.ts'
import { signLink } from './signedLink.ts'

const longestSeconds = 7 * 24 * 60 * 60

export const NewLink = z
  .strictObject({
    expires_in: z.int().min(1, 'At least one second.').max(longestSeconds, 'At most seven days.').openapi({
      description: 'Seconds for which the link is good; seven days at most.',
      example: 3600,
    }),
  })
  .openapi('NewLink')

export const Link = z
  .object({
    url: z
      .url()
      .openapi({ example: 'https://clips.example/api/clips/…/stream?expires=1795600000&signature=…' }),
    expires_at: z.iso.datetime(),
  })
  .openapi('Link')

export const createLink: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'clip-not-found')
  const { expires_in: expiresInSeconds } = valid(NewLink, await readJson(c.req.raw, ['application/json']))
  const row = await readableClip(connect(c.var.settings.database), id, c.var.caller)
  // A link outlives a change of visibility: whoever does not own the clip is not to have one in store.
  if (mayChange(c.var.caller, row) !== 'yes') {
    throw new Problem('forbidden', { detail: 'The clip belongs to another key.' })
  }
  const expires = Math.floor(Date.now() / 1000) + expiresInSeconds
  const path = `/api/clips/${id}/stream`
  const query = await signLink(path, expires, c.var.settings.signingKey)
  const link = {
    url: `${publicOrigin(c)}${path}?${query}`,
    expires_at: new Date(expires * 1000).toISOString(),
  }
  return c.json(link, 201)
}
