/** Headers that every response carries, and limits for those of every request. */
import { Problem } from './problem.ts'
import type { Middleware } from './router.ts'

/** RFC 9110 §4.1 asks for at least 8,000 octets. The longest parameter that we make is a cursor. */
const maxUrlLength = 8192
/** Names and values together. Browsers and proxies send a few kilobytes. */
const maxHeaderLength = 32 * 1024

/** Rejects oversized URLs (414, RFC 9110 §15.5.15) and headers (431, RFC 6585 §5). */
export const limitHeaderSize: Middleware = async (c, next) => {
  if (c.req.url.length > maxUrlLength)
    throw new Problem('uri-too-long', { detail: `It may have up to ${maxUrlLength} characters.` })
  let length = 0
  for (const [name, value] of c.req.raw.headers) length += name.length + value.length
  if (length > maxHeaderLength)
    throw new Problem('headers-too-large', {
      detail: `Together they may have up to ${maxHeaderLength} bytes.`,
    })
  await next()
}

/** Rejects a query that is not UTF-8 (400): it would be read as replacement characters, and stored with them. */
export const requireUtf8Query: Middleware = async (c, next) => {
  if (!isUtf8(new URL(c.req.url).search)) {
    throw new Problem('malformed-request', { detail: 'The query is not valid UTF-8.' })
  }
  await next()
}

/** A percent sign without two hex digits is literal (WHATWG URL, percent-decode). */
function isUtf8(query: string): boolean {
  try {
    decodeURIComponent(query.replace(/%(?![\da-f]{2})/gi, '%25'))
    return true
  } catch {
    return false
  }
}

/**
 * Sets `Cache-Control: no-store` on every response that says nothing else. Workers Caching and browsers guess where it
 * is missing (RFC 9111 §4.2.2).
 */
export const defaultNoStore: Middleware = async (c, next) => {
  await next()
  if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
}

const everywhere = {
  // Two years, as hstspreload.org asks for. Browsers obey it over https only.
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  // A URL may hold a signature: no other site gets it.
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
}

/** Pages and audio set a policy of their own. Every other response gets this one. */
const noPage = "default-src 'none'; frame-ancestors 'none'; sandbox"

export const securityHeaders: Middleware = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(everywhere)) c.res.headers.set(name, value)
  if (!c.res.headers.has('Content-Security-Policy')) c.res.headers.set('Content-Security-Policy', noPage)
}

/**
 * Lets what follows finish although the client disconnects. The runtime cancels such a request wherever it is, between
 * a row and its audio for example. `waitUntil` keeps it for up to 30 seconds (Cloudflare, "Context: waitUntil").
 */
export const surviveDisconnect: Middleware = async (c, next) => {
  const finished = next()
  c.executionCtx.waitUntil(finished.catch(() => {}))
  await finished
}
