/**
 * JSON that is the same for everyone without a key, through the cache. README.md, "Caching", has the rules.
 *
 * The handler of a cacheable route answers `throughCache(c, { path, tags }, read)`, and both apps of app.ts list the route. In
 * the default entrypoint, a request without a key is forwarded to the Cached entrypoint, where the same handler reads.
 */
import type { Context } from 'hono'
import { edgeHeaders } from './cache.ts'
import { evaluatePreconditions, notModified } from './conditions.ts'
import { Problem } from './problem.ts'
import { readProblem } from './readProblem.ts'
import { requestHeaders } from './responses.ts'
import type { AppEnv, Middleware } from './router.ts'
import { publicOrigin } from './settings.ts'

/**
 * For the cache and for clients. A change is purged at once; if a purge is refused, and in a client, it shows within 30
 * seconds. `stale-if-error` counts only while Postgres is unavailable.
 */
const cacheControl = 'public, max-age=10, stale-while-revalidate=20, stale-if-error=86400'

/** The request headers of a cacheable route. */
export const ReadConditions = requestHeaders({
  'If-None-Match': 'The ETag that the client has: 304 if it is still current.',
  'If-Match': 'The ETag that the client expects: 412 if it is another.',
})

/** The response headers of a cacheable route. A route whose ETag says more describes that itself. */
export const cachingHeaders = {
  ETag: 'A strong validator of this JSON. Answers to requests with an API key may have none.',
  'Cache-Control':
    'Without an API key, how long the response may be reused: some seconds, and longer while the service is unavailable.',
}

/** The 304 of a cacheable route. */
export const notModifiedResponse = { description: 'The ETag in `If-None-Match` is current.' }

type QueryValue = string | number | boolean

/** A validated query: each value means the same when it is written as text and validated again. */
type ValidQuery = Record<string, QueryValue | QueryValue[] | undefined>

/** A request whose query has been validated. */
type Validated = Context<AppEnv, string, { out: { query: ValidQuery } }>

/** What is read: its path, in one spelling, and the tags by which the cache drops it. */
type Cacheable = { path: string; tags: string[] }

/** Answers with what `read` gives, through the cache if the request has no key, and evaluates the conditions. */
export async function throughCache(
  c: Validated,
  { path, tags }: Cacheable,
  read: () => Promise<Response>,
): Promise<Response> {
  if (c.get('isForwarded')) return await describeForCache(await read(), tags)
  const hasKey = c.req.header('Authorization') !== undefined
  return await applyConditions(c.req.raw.headers, hasKey ? await read() : await fetchCached(c, path))
}

/** The parameter of a forwarded request that names the scheme and host of the links in its answer. */
const originParameter = 'public_origin'

/** For the Cached entrypoint: restores the URL of the request that was forwarded. */
export const readForwarded: Middleware = async (c, next) => {
  const { pathname, searchParams } = new URL(c.req.url)
  const origin = searchParams.get(originParameter)
  if (origin === null) throw new Problem('not-found')
  searchParams.delete(originParameter)
  const url = new URL(pathname, origin)
  url.search = searchParams.toString()
  c.req.raw = new Request(url, c.req.raw)
  c.set('isForwarded', true)
  await next()
}

/** Adds the headers for the cache, and an ETag of the content if there is no other. */
async function describeForCache(response: Response, tags: string[]): Promise<Response> {
  const body = await response.text()
  const headers = new Headers(response.headers)
  if (!headers.has('ETag')) headers.set('ETag', await contentTag(body))
  headers.set('Cache-Control', cacheControl)
  headers.set('Cache-Tag', tags.join(','))
  return new Response(body, { headers })
}

async function contentTag(body: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body))
  return `"${new Uint8Array(digest, 0, 16).toBase64({ alphabet: 'base64url', omitPadding: true })}"`
}

async function fetchCached(c: Validated, path: string): Promise<Response> {
  const url = forwardedUrl(path, c.req.valid('query'), publicOrigin(c))
  const response = await c.var.cached.fetch(new Request(url))
  // It is thrown here, where it gets its request id.
  if (!response.ok) throw await readProblem(response)
  const headers = new Headers(response.headers)
  for (const name of edgeHeaders) headers.delete(name)
  return new Response(response.body, { headers })
}

/**
 * The URL of what is forwarded: the same for the same question. Path and query are the key of the cache, and the host is not:
 * so the query names it. The other parameters have one order, include their defaults, and are a set if they are repeated.
 */
export function forwardedUrl(path: string, query: ValidQuery, origin: string): URL {
  const url = new URL(path, origin)
  for (const [name, value] of Object.entries(query)) {
    const values = value === undefined ? [] : [value].flat().map(String)
    for (const one of new Set(values.toSorted())) url.searchParams.append(name, one)
  }
  url.searchParams.sort()
  url.searchParams.append(originParameter, origin)
  return url
}

/** The JSON has no date, so conditions with a date are ignored (RFC 9110 §13.1.3, §13.1.4). */
async function applyConditions(conditions: Headers, response: Response): Promise<Response> {
  const etag = response.headers.get('ETag')
  if (etag === null) return response
  const verdict = evaluatePreconditions(conditions, { etag, lastModified: undefined })
  if (verdict === 'proceed') return response
  await response.body?.cancel()
  if (verdict === 'precondition-failed') throw new Problem('precondition-failed')
  return notModified(response.headers)
}
