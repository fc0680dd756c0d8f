/** Bearer keys: who the caller is, and which scope a route requires. */
import type { Context } from 'hono'
import { timingSafeEqual } from 'hono/utils/buffer'
import { selectLiveApiKey, touchApiKey } from '../db/apiKeys.ts'
import { Problem } from '../http/problem.ts'
import { check, type AppEnv, type Middleware } from '../http/router.ts'
import { hashKey, isWellFormedKey, readMirroredKey } from './mirroredKeys.ts'
import { anonymous, isAdmin, Scope, settingsAdmin, type Caller } from './permissions.ts'
import { countRequest } from './rateLimit.ts'

declare module 'hono' {
  interface ContextVariableMap {
    caller: Caller
  }
}

/** Looks up a key by its hash; undefined if it is unknown, revoked or expired. */
type LookUp = (c: Context<AppEnv>, hash: string) => Promise<Caller | undefined>

/** Sets `c.var.caller`, from the keys in Postgres. A bad key is a 401 on every route. */
export const authenticate = check(
  ['unauthorized', 'too-many-requests', 'database-unavailable'],
  async (c, next) => {
    c.set('caller', await readCaller(c, lookUpInDatabase))
    await next()
    // A browser must not reuse a response for another key, or for none (RFC 9110 §12.5.5).
    c.header('Vary', 'Authorization', { append: true })
  },
)

/** The same from the copies of the keys in R2: a stream does not wait for Postgres. Its cacheable responses are public. */
export const authenticateFromR2 = check(
  ['unauthorized', 'too-many-requests', 'storage-unavailable'],
  async (c, next) => {
    c.set('caller', await readCaller(c, lookUpInStorage))
    await next()
  },
)

/** For the Cached entrypoint: what it answers is for everyone. */
export const assumeAnonymous: Middleware = async (c, next) => {
  c.set('caller', anonymous)
  await next()
}

/** Requires a key with this scope: 401 without a key, 403 with another one. `admin` includes every scope. */
export function requireScope(scope: Scope) {
  return check(['unauthorized', 'forbidden'], async (c, next) => {
    const { caller } = c.var
    if (caller === anonymous) throw unauthorized('Send `Authorization: Bearer <key>`.')
    if (!caller.scopes.has(scope) && !isAdmin(caller)) {
      throw new Problem('forbidden', { detail: `This requires a key with the scope \`${scope}\`.` })
    }
    await next()
  })
}

async function readCaller(c: Context<AppEnv>, lookUp: LookUp): Promise<Caller> {
  const header = c.req.header('Authorization')
  if (header === undefined) return anonymous
  const key = /^Bearer +([\x21-\x7e]{1,200}) *$/i.exec(header)?.[1]
  if (key === undefined) throw unauthorized('The Authorization header must have the form `Bearer <key>`.')
  if (await timingSafeEqual(key, c.var.settings.adminKey)) return settingsAdmin
  const caller = isWellFormedKey(key) ? await lookUpLimited(c, key, lookUp) : undefined
  if (!caller) throw unauthorized('The API key is unknown, revoked or expired.')
  return caller
}

/** Anyone can make up well-formed keys, and each costs a look-up, so look-ups are limited by address. */
async function lookUpLimited(c: Context<AppEnv>, key: string, lookUp: LookUp): Promise<Caller | undefined> {
  await countRequest(c, 'key')
  return await lookUp(c, await hashKey(key))
}

async function lookUpInDatabase(c: Context<AppEnv>, hash: string): Promise<Caller | undefined> {
  const row = await selectLiveApiKey(c.var.db, hash)
  // The index compared the hashes already; this comparison takes constant time.
  if (!row || !(await timingSafeEqual(row.hash, hash))) return undefined
  c.executionCtx.waitUntil(touchApiKey(c.var.db, row.id).catch(() => {}))
  return { keyId: row.id, scopes: new Set(Scope.array().parse(row.scopes)) }
}

async function lookUpInStorage(c: Context<AppEnv>, hash: string): Promise<Caller | undefined> {
  return await readMirroredKey(c.env.BUCKET, hash, Date.now())
}

/** RFC 9110 §11.6.1: a 401 names the scheme. */
export function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', { detail, headers: { 'WWW-Authenticate': 'Bearer realm="clips"' } })
}
