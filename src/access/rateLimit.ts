/** Rate limits. Cloudflare counts them in the bindings that wrangler.toml declares and explains. */
import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'
import { Problem } from '../http/problem.ts'
import { check, type AppEnv } from '../http/router.ts'

/** What is limited. Writes are counted by API key, everything else by address. */
export type Limit = 'write' | 'search' | 'read' | 'stream' | 'watch' | 'key'

/** The period of every limit in wrangler.toml. */
const periodSeconds = 60

/** Answers 429 over the limit. A limit by address comes before any look-up. */
export function rateLimit(limit: Limit) {
  return check(['too-many-requests'], async (c, next) => {
    await countRequest(c, limit)
    await next()
  })
}

/** Counts the request. Throws 429 over the limit. */
export async function countRequest(c: Context<AppEnv>, limit: Limit): Promise<void> {
  if (!c.var.settings.rateLimits) return
  const { success } = await binding(c.env, limit).limit({ key: sender(c, limit) })
  if (!success) throw new Problem('too-many-requests', { headers: { 'Retry-After': String(periodSeconds) } })
}

function binding(env: Env, limit: Limit): RateLimit {
  const bindings = {
    write: env.WRITE_LIMIT,
    search: env.SEARCH_LIMIT,
    read: env.READ_LIMIT,
    stream: env.STREAM_LIMIT,
    watch: env.WATCH_LIMIT,
    key: env.KEY_LIMIT,
  }
  return bindings[limit]
}

/** The text by which the binding counts. It is stored nowhere. */
function sender(c: Context<AppEnv>, limit: Limit): string {
  if (limit === 'write') return c.var.caller.keyId ?? 'admin'
  return networkOf(c.req.header('CF-Connecting-IP') ?? '') || 'unknown'
}

/**
 * The network of a client's address: IPv4 whole, IPv6 by its first 64 bits, because one device uses many addresses of its
 * network (IAB Podcast Measurement Guidelines 2.1). IPv4 inside IPv6 counts as IPv4. Empty if there is no address.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return ''
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')
}
