/** A query is UTF-8 by its escapes (WHATWG URL, "application/x-www-form-urlencoded"). */
import { Problem } from './problem.ts'
import type { Middleware } from './router.ts'

/** 400 for another encoding, which would be read as replacement characters, and a title stored with them. */
export const readableQuery: Middleware = async (c, next) => {
  if (!isUtf8(new URL(c.req.url).search)) {
    throw new Problem('malformed-request', { detail: 'The query is not UTF-8.' })
  }
  await next()
}

/** A percent sign that begins no escape stands for itself. */
function isUtf8(query: string): boolean {
  try {
    decodeURIComponent(query.replace(/%(?![\da-f]{2})/gi, '%25'))
    return true
  } catch {
    return false
  }
}
