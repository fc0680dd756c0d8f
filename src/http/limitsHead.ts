/** Addresses and headers have a size beyond which nobody means well. */
import { Problem } from './problem.ts'
import type { Middleware } from './router.ts'

/** RFC 9110 §4.1 asks for 8,000 octets at least. A cursor is the longest part that we hand out. */
const maxAddressLength = 8192
/** Names and values together. Browsers and proxies send a few kilobytes. */
const maxHeaderLength = 32 * 1024

/** 414 (RFC 9110 §15.5.15) or 431 (RFC 6585 §5) before anything is read of either. */
export const limitsHead: Middleware = async (c, next) => {
  if (c.req.url.length > maxAddressLength) throw new Problem('address-too-long')
  let length = 0
  for (const [name, value] of c.req.raw.headers) length += name.length + value.length
  if (length > maxHeaderLength) throw new Problem('headers-too-large')
  await next()
}
