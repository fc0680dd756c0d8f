/** Looks at every answer of the stream route and reports the plays. */
import { parseContentRange, parseRange } from '../audio/range.ts'
import type { Middleware } from '../http/router.ts'
import { validId } from '../http/valid.ts'
import { recogniseAgent } from './agent.ts'
import { judge, type Rejection, type Start } from './play.ts'
import { Country } from './playMessage.ts'
import { reportPlay } from './reportPlay.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Why this request for audio is no play; undefined if it is one. */
    playRejection: Rejection | undefined
  }
}

/** Judges once the answer is decided. What there is to send goes after it: no byte waits for it. */
export const countsPlay: Middleware = async (c, next) => {
  await next()
  const verdict = judge(startOf(c.req.raw, c.res))
  if ('rejected' in verdict) {
    c.set('playRejection', verdict.rejected)
    return
  }
  const start = {
    clip: validId(c.req.param('id'), 'clip-not-found'),
    country: Country.parse(c.req.raw.cf?.country),
    // Cloudflare sets it, whatever the client sent.
    address: c.req.header('CF-Connecting-IP') ?? '',
    userAgent: c.req.header('User-Agent') ?? '',
    at: new Date(),
  }
  c.executionCtx.waitUntil(reportPlay(c.env.PLAYS, start, c.var.settings.signingKey))
}

function startOf({ method, headers }: Request, response: Response): Start {
  return {
    method,
    status: response.status,
    purposes: [headers.get('Sec-Purpose') ?? undefined, headers.get('Purpose') ?? undefined],
    agent: recogniseAgent(headers.get('User-Agent') ?? undefined),
    asked: parseRange(headers.get('Range')),
    sent: parseContentRange(response.headers.get('Content-Range'))?.part,
  }
}
