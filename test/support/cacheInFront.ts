/**
 * A cache between the two entrypoints, by the documented rules of Workers Caching. Its key is path and query. GET and HEAD
 * share an entry, and a HEAD on a cold cache fetches by GET. The Worker gets neither Range nor conditions. Only a whole
 * 200 that allows it is stored, and ranges are sliced here. Concurrent misses are one. `Authorization` and `Set-Cookie`
 * bypass the cache. Tags purge. A stale entry is served while it is fetched anew in the background, and if that fails, as
 * long as `stale-while-revalidate` and `stale-if-error` allow.
 */
import { contentRange, parseRange, satisfy, unsatisfiedRange } from '../../src/audio/range.ts'
import type { CachedEntrypoint } from '../../src/http/cache.ts'
import { readLifetime, type Lifetime } from './cacheLifetime.ts'

type Entry = { body: ArrayBuffer; headers: Headers; tags: string[]; storedMs: number; lifetime: Lifetime }

type Status = 'HIT' | 'MISS' | 'EXPIRED' | 'UPDATING' | 'STALE'

/** An entry to serve, or the response that could not be stored. */
type Found = { entry: Entry; status: Status } | Response

export type CacheInFront = CachedEntrypoint & {
  entries: Map<string, Entry>
  /** Waits until nothing is fetched in the background. */
  settled: () => Promise<void>
}

export function cacheInFront(origin: CachedEntrypoint['fetch'], nowMs = Date.now): CacheInFront {
  const entries = new Map<string, Entry>()
  const fills = new Map<string, Promise<Entry | Response>>()

  const ageOf = ({ storedMs }: Entry) => (nowMs() - storedMs) / 1000

  async function lookUp(request: Request, key: string): Promise<Found> {
    const known = entries.get(key)
    if (!known) return serve(await fillOnce(request, key), 'MISS')
    const { maxAge, staleWhileRevalidate, staleIfError } = known.lifetime
    const age = ageOf(known)
    if (age < maxAge) return { entry: known, status: 'HIT' }
    if (age < maxAge + staleWhileRevalidate) {
      void fillOnce(request, key)
      return { entry: known, status: 'UPDATING' }
    }
    const fresh = await fillOnce(request, key)
    const failed = fresh instanceof Response && fresh.status >= 500
    if (failed && age < maxAge + staleIfError) return { entry: known, status: 'STALE' }
    return serve(fresh, 'EXPIRED')
  }

  async function fillOnce(request: Request, key: string): Promise<Entry | Response> {
    const fill = fills.get(key) ?? fillFrom(request, key).finally(() => fills.delete(key))
    fills.set(key, fill)
    return await fill
  }

  async function fillFrom(request: Request, key: string): Promise<Entry | Response> {
    const response = await origin(new Request(request.url))
    const lifetime = readLifetime(response)
    if (!lifetime) {
      if (response.status < 500) entries.delete(key)
      return response
    }
    const tags = (response.headers.get('Cache-Tag') ?? '').split(',')
    const headers = new Headers(response.headers)
    const entry = { body: await response.arrayBuffer(), headers, tags, storedMs: nowMs(), lifetime }
    entry.headers.delete('Cache-Tag')
    entry.headers.delete('Cloudflare-CDN-Cache-Control')
    entries.set(key, entry)
    return entry
  }

  return {
    entries,
    settled: async () => void (await Promise.all(fills.values())),
    fetch: async (request) => {
      if (request.headers.has('Authorization')) return await origin(request)
      const { pathname, search } = new URL(request.url)
      const found = await lookUp(request, pathname + search)
      return found instanceof Response ? found : slice(request, found, ageOf(found.entry))
    },
    purge: async (tags) => {
      for (const [key, entry] of entries)
        if (entry.tags.some((tag) => tags.includes(tag))) entries.delete(key)
    },
  }
}

/** Several requests may have waited for one response. */
function serve(filled: Entry | Response, status: Status): Found {
  return filled instanceof Response ? filled.clone() : { entry: filled, status }
}

/** The cache slices ranges itself. Its 416 has the size, and nothing else about the audio. */
function slice(request: Request, { entry, status }: Exclude<Found, Response>, ageSeconds: number): Response {
  const { body, headers } = entry
  const size = body.byteLength
  const whole = {
    ...Object.fromEntries(headers),
    age: String(Math.floor(ageSeconds)),
    'content-length': String(size),
    'cf-cache-status': status,
  }
  if (request.method === 'HEAD') return new Response(null, { headers: whole })
  const spec = parseRange(request.headers.get('Range'))?.at(0)
  if (!spec) return new Response(body, { headers: whole })
  const part = satisfy(spec, size)
  if (!part) return new Response(null, { status: 416, headers: { 'Content-Range': unsatisfiedRange(size) } })
  return new Response(body.slice(part.offset, part.offset + part.length), {
    status: 206,
    headers: { ...whole, 'content-length': String(part.length), 'content-range': contentRange(part, size) },
  })
}
