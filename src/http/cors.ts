/** Pages on other sites may use the API and play audio, if their origin is allowed by the settings. */
import { cors } from 'hono/cors'
import type { Middleware } from './router.ts'

/** What a player's script may read of an answer (Fetch §3.2.6); the rest is hidden from it. */
const exposedHeaders = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Link',
  'Location',
  'Repr-Digest',
  'Retry-After',
  'X-Request-Id',
]

/** Preflights may be remembered for a day; browsers cap it lower. */
const preflightMaxAgeSeconds = 86_400

export const allowsOrigins: Middleware = async (c, next) => {
  // An OPTIONS that is no preflight asks what there is, not who may use it.
  if (c.req.method === 'OPTIONS' && !c.req.header('Access-Control-Request-Method')) return await next()
  const { allowedOrigins } = c.var.settings
  const handle = cors({
    origin: allowedOrigins.includes('*') ? '*' : allowedOrigins,
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    // Empty: whatever the preflight asks for. Range and If-Range, above all, for players.
    allowHeaders: [],
    exposeHeaders: exposedHeaders,
    maxAge: preflightMaxAgeSeconds,
  })
  const preflight = await handle(c, next)
  const { headers } = preflight ?? c.res
  headers.set('Cross-Origin-Resource-Policy', 'cross-origin')
  const allowed = headers.get('Access-Control-Allow-Origin')
  if (allowed !== null) headers.set('Timing-Allow-Origin', allowed)
  return preflight
}
