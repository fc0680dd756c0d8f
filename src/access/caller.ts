/** Who is asking. */
import type { Context } from 'hono'
import { timingSafeEqual } from 'hono/utils/buffer'
import { Problem } from '../http/problem.ts'
import type { AppEnv, Middleware } from '../http/router.ts'

/** Someone without a key, or the holder of the admin key. */
export type Caller = {
  admin: boolean
  /** The id of their API key; null without one, and for the admin key of the settings, which has none. */
  ownerId: string | null
}

declare module 'hono' {
  interface ContextVariableMap {
    caller: Caller
  }
}

/** Finds out who is asking. A key that is not ours is a 401, whatever was asked for. */
export const knowsCaller: Middleware = async (c, next) => {
  c.set('caller', await readCaller(c))
  await next()
}

/** Lets only those with a key that may write go on: 401 without one. */
export const mayWrite: Middleware = async (c, next) => {
  if (!c.var.caller.admin) throw unauthorized('Send `Authorization: Bearer <key>`.')
  await next()
}

async function readCaller(c: Context<AppEnv>): Promise<Caller> {
  const header = c.req.header('Authorization')
  if (header === undefined) return { admin: false, ownerId: null }
  const key = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1]
  if (key === undefined) throw unauthorized('The Authorization header is not of the form `Bearer <key>`.')
  if (!(await timingSafeEqual(key, c.var.settings.adminKey))) throw unauthorized('The API key is not known.')
  return { admin: true, ownerId: null }
}

/** RFC 9110 §11.6.1: a 401 says which scheme is wanted. */
function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', { detail, headers: { 'WWW-Authenticate': 'Bearer realm="clips"' } })
}
