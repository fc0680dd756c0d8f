/** What every answer says to browsers about what may be done with it. */
import type { Middleware } from './router.ts'

const headers = {
  // Two years, as hstspreload.org asks for. Browsers heed it over https alone.
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  // Addresses may hold a signature: they go to nobody.
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
}

/** For what is no page. Sandboxed, because audio is somebody else's bytes. */
const nothingAllowed = "default-src 'none'; frame-ancestors 'none'; sandbox"

export const saysWhatIsAllowed: Middleware = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
  if (!c.res.headers.has('Content-Security-Policy')) {
    c.res.headers.set('Content-Security-Policy', nothingAllowed)
  }
}
