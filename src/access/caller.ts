/** Who is asking. */
import type { Context } from 'hono'
import { timingSafeEqual } from 'hono/utils/buffer'
import { selectLiveApiKey, touchApiKey } from '../db/apiKeys.ts'
import { connect } from '../db/connection.ts'
import { Problem } from '../http/problem.ts'
import type { AppEnv, Middleware } from '../http/router.ts'
import { hashKey, isWellFormedKey } from './apiKey.ts'
import { readMirroredKey } from './keyMirror.ts'
import { countTowards } from './limited.ts'
import { anonymous, isAdmin, Scope, settingsAdmin, type Caller } from './scope.ts'

declare module 'hono' {
  interface ContextVariableMap {
    caller: Caller
  }
}

/** Finds the caller of a well-formed key by its hash; undefined for a key that is unknown, revoked or expired. */
type FindCaller = (c: Context<AppEnv>, hash: string) => Promise<Caller | undefined>

/** Finds out who is asking. A key that is not good is a 401, whatever was asked for. */
export const knowsCaller: Middleware = async (c, next) => {
  c.set('caller', await readCaller(c, findInDatabase))
  await next()
  // What a browser has kept is not for who asks with another key, or with none (RFC 9110 §12.5.5).
  c.header('Vary', 'Authorization', { append: true })
}

/** The same for streams, which ask R2 instead of Postgres. Those that may be kept are the same to everyone. */
export const knowsListener: Middleware = async (c, next) => {
  c.set('caller', await readCaller(c, findInStorage))
  await next()
}

/** Lets only those go on whose key has the scope: 401 without a key, 403 with another. */
export function needs(scope: Scope): Middleware {
  return async (c, next) => {
    const { caller } = c.var
    if (caller === anonymous) throw unauthorized('Send `Authorization: Bearer <key>`.')
    if (!caller.scopes.has(scope) && !isAdmin(caller)) {
      throw new Problem('forbidden', { detail: `This needs a key with the scope \`${scope}\`.` })
    }
    await next()
  }
}

async function readCaller(c: Context<AppEnv>, find: FindCaller): Promise<Caller> {
  const header = c.req.header('Authorization')
  if (header === undefined) return anonymous
  const key = /^Bearer +([\x21-\x7e]{1,200}) *$/i.exec(header)?.[1]
  if (key === undefined) throw unauthorized('The Authorization header is not of the form `Bearer <key>`.')
  if (await timingSafeEqual(key, c.var.settings.adminKey)) return settingsAdmin
  const caller = isWellFormedKey(key) ? await lookUp(c, key, find) : undefined
  if (!caller) throw unauthorized('The API key is not known, or no longer good.')
  return caller
}

/** Any text of the right form costs a look-up, so an address has only so many. */
async function lookUp(c: Context<AppEnv>, key: string, find: FindCaller): Promise<Caller | undefined> {
  await countTowards(c, 'key')
  return await find(c, await hashKey(key))
}

async function findInDatabase(c: Context<AppEnv>, hash: string): Promise<Caller | undefined> {
  const database = connect(c.var.settings.database)
  const row = await selectLiveApiKey(database, hash)
  // The index has found it; comparing once more costs nothing and keeps no secret from whoever measures time.
  if (!row || !(await timingSafeEqual(row.hash, hash))) return undefined
  c.executionCtx.waitUntil(touchApiKey(database, row.id).catch(() => {}))
  return { keyId: row.id, scopes: new Set(Scope.array().parse(row.scopes)) }
}

async function findInStorage(c: Context<AppEnv>, hash: string): Promise<Caller | undefined> {
  return await readMirroredKey(c.env.BUCKET, hash, Date.now())
}

/** RFC 9110 §11.6.1: a 401 says which scheme is wanted. */
function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', { detail, headers: { 'WWW-Authenticate': 'Bearer realm="clips"' } })
}
