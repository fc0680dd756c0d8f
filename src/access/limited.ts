/** Rate limits, by the binding that Cloudflare counts in. Where they lie is in wrangler.toml. */
import type { Context } from 'hono'
import { Problem } from '../http/problem.ts'
import type { AppEnv, Middleware } from '../http/router.ts'

/** What is limited: writes by API key, searches and streams by address. */
export type Limit = 'write' | 'search' | 'stream'

/** The period of every limit in wrangler.toml. */
const periodSeconds = 60

/** Lets a request go on unless its sender is over the limit: then a 429. */
export function limited(limit: Limit): Middleware {
  return async (c, next) => {
    if (c.var.settings.rateLimits) {
      const { success } = await binding(c.env, limit).limit({ key: sender(c, limit) })
      if (!success) {
        throw new Problem('too-many-requests', { headers: { 'Retry-After': String(periodSeconds) } })
      }
    }
    await next()
  }
}

function binding(env: Env, limit: Limit): RateLimit {
  return { write: env.WRITE_LIMIT, search: env.SEARCH_LIMIT, stream: env.STREAM_LIMIT }[limit]
}

/** The binding counts by this text and keeps nothing else; it is written nowhere. */
function sender(c: Context<AppEnv>, limit: Limit): string {
  if (limit === 'write') return c.var.caller.keyId ?? 'admin'
  return c.req.header('CF-Connecting-IP') ?? 'unknown'
}
