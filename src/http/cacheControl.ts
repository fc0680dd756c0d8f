import type { MiddlewareHandler } from 'hono'

/**
 * Sees to it that every response says how it may be cached: Workers Caching and browsers guess where nothing
 * is said (RFC 9111 §4.2.2). A route that may be cached sets its own header; the rest is not stored.
 */
export const saysHowToCache: MiddlewareHandler = async (c, next) => {
  await next()
  if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
}
