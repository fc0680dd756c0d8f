/** CORS: pages of the allowed origins may use the API and play audio. */
import { cors } from 'hono/cors'
import type { Middleware } from './router.ts'

/** The response headers that a script may read (Fetch §3.2.6). */
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

/** How long a preflight is cached: a day. Browsers have lower caps. */
const preflightMaxAgeSeconds = 86_400

export const allowOrigins: Middleware = async (c, next) => {
  // An OPTIONS without this header is no preflight (Fetch §3.2.2).
  if (c.req.method === 'OPTIONS' && !c.req.header('Access-Control-Request-Method')) return await next()
  const { allowedOrigins } = c.var.settings
  const handle = cors({
    origin: allowedOrigins.includes('*') ? '*' : allowedOrigins,
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    // Empty means all that the preflight asks for. Players need Range and If-Range.
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
