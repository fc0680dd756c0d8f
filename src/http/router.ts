import type { Context, MiddlewareHandler, Next } from 'hono'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { CachedEntrypoint } from './cachedEntrypoint.ts'
import type { Settings } from './settings.ts'
import { readSettings } from './settings.ts'

/** What a request carries through the app. Flows add variables of their own to Hono's `ContextVariableMap`. */
export type AppEnv = {
  Bindings: Env
  Variables: { requestId: string; settings: Settings; cached: CachedEntrypoint }
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

/** Gives routes the way to the Cached entrypoint. */
export function reachesCache(cached: CachedEntrypoint): Middleware {
  return async (c, next) => {
    c.set('cached', cached)
    await next()
  }
}

/** The scheme and host that links start with. The `Host` of a request is not to be trusted where a setting says better. */
export function publicOrigin(c: Context<AppEnv>): string {
  return c.var.settings.publicOrigin ?? new URL(c.req.url).origin
}
