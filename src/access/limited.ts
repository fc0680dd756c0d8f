/** Rate limits, by the binding that Cloudflare counts in. Where they lie, and why there, is in wrangler.toml. */
import type { Context } from 'hono'
import { networkOf } from '../http/network.ts'
import { Problem } from '../http/problem.ts'
import type { AppEnv, Middleware } from '../http/router.ts'

/** What is limited: writes by API key; by address searches, reads of a clip, streams, looks at the service, and keys tried. */
export type Limit = 'write' | 'search' | 'read' | 'stream' | 'watch' | 'key'

/** The period of every limit in wrangler.toml. */
const periodSeconds = 60

/** Lets a request go on unless its sender is over the limit: then a 429. By address, it stands before any look-up. */
export function limited(limit: Limit): Middleware {
  return async (c, next) => {
    await countTowards(c, limit)
    await next()
  }
}

/** Throws a 429 if this is one too many. */
export async function countTowards(c: Context<AppEnv>, limit: Limit): Promise<void> {
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

/** The binding counts by this text and keeps nothing else; it is written nowhere. A /64 is one sender. */
function sender(c: Context<AppEnv>, limit: Limit): string {
  if (limit === 'write') return c.var.caller.keyId ?? 'admin'
  return networkOf(c.req.header('CF-Connecting-IP') ?? '') || 'unknown'
}
