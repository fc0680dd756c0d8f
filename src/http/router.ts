import type { Context, MiddlewareHandler, Next } from 'hono'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { CachedEntrypoint } from './cachedEntrypoint.ts'
import type { ProblemName } from './problem.ts'
import type { Wait } from './serverTiming.ts'
import type { Settings } from './settings.ts'
import { readSettings } from './settings.ts'

/** What a request carries through the app. Flows add variables of their own to Hono's `ContextVariableMap`. */
export type AppEnv = {
  Bindings: Env
  Variables: {
    requestId: string
    settings: Settings
    cached: CachedEntrypoint
    /** What `CF-Cache-Status` said the first time that the cache was asked, if it was. */
    cacheState?: string | undefined
    /** What the request has waited for, for `Server-Timing`. */
    waits: Wait[]
    /** The problem that was answered, if it was one. */
    problem?: ProblemName
  }
}

/** A route's last step: it sees the context, and hands on no more than is needed. */
export type Handler = (c: Context<AppEnv>) => Response | Promise<Response>

/** A check or a wrapping of a route. */
export type Middleware = MiddlewareHandler<AppEnv>

/** A router; strict about nothing but its routes. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>()
}

/** Reads and checks the settings before anything else is done. */
export const hasSettings: Middleware = async (c: Context<AppEnv>, next: Next) => {
  c.set('settings', readSettings(c.env))
  await next()
}

/** Gives routes the way to the Cached entrypoint, and notes what the cache says and how long it takes. */
export function reachesCache(cached: CachedEntrypoint): Middleware {
  return async (c, next) => {
    c.set('cached', { ...cached, fetch: async (request) => await askCache(c, cached, request) })
    await next()
  }
}

/** A request may ask more than once, for the parts of a body; the first answer says whether the cache was warm. */
async function askCache(c: Context<AppEnv>, cached: CachedEntrypoint, request: Request): Promise<Response> {
  const askedMs = Date.now()
  const response = await cached.fetch(request)
  const state = response.headers.get('CF-Cache-Status') ?? undefined
  c.var.waits.push({ name: 'cache', ms: Date.now() - askedMs, description: state })
  c.set('cacheState', c.get('cacheState') ?? state)
  return response
}

/** The scheme and host that links to this service start with. */
export function publicOrigin(c: Context<AppEnv>): string {
  return new URL(c.req.url).origin
}
