/**
 * A cache between the two entrypoints, by the documented rules of Workers Caching. Its key is path and query. GET and HEAD
 * share an entry, and a HEAD on a cold cache fetches by GET. The Worker gets neither Range nor conditions. Only a whole
 * 200 that allows it is stored, and ranges are sliced here. Concurrent misses are one. `Authorization` and `Set-Cookie`
 * bypass the cache. Tags purge.
 */
import { contentRange, parseRange, satisfy, unsatisfiedRange } from '../../src/audio/range.ts'
import type { CachedEntrypoint } from '../../src/http/cache.ts'

type Entry = { body: ArrayBuffer; headers: Headers; tags: string[] }

export function cacheInFront(
  origin: CachedEntrypoint['fetch'],
): CachedEntrypoint & { entries: Map<string, Entry> } {
  const entries = new Map<string, Entry>()
  const misses = new Map<string, Promise<Entry | Response>>()

  async function lookUp(request: Request, key: string): Promise<Entry | Response> {
    const known = entries.get(key)
    if (known) return known
    const miss = misses.get(key) ?? fill(request, key)
    misses.set(key, miss)
    const found = await miss
    misses.delete(key)
    return found instanceof Response ? found.clone() : found
  }

  async function fill(request: Request, key: string): Promise<Entry | Response> {
    const response = await origin(new Request(request.url))
    if (!mayBeStored(response)) return response
    const tags = (response.headers.get('Cache-Tag') ?? '').split(',')
    const entry = { body: await response.arrayBuffer(), headers: new Headers(response.headers), tags }
    entry.headers.delete('Cache-Tag')
    entry.headers.delete('Cloudflare-CDN-Cache-Control')
    entries.set(key, entry)
    return entry
  }

  return {
    entries,
    fetch: async (request) => {
      if (request.headers.has('Authorization')) return await origin(request)
      const { pathname, search } = new URL(request.url)
      const found = await lookUp(request, pathname + search)
      return found instanceof Response ? found : slice(request, found)
    },
    purge: async (tags) => {
      for (const [key, entry] of entries)
        if (entry.tags.some((tag) => tags.includes(tag))) entries.delete(key)
    },
  }
}

function mayBeStored(response: Response): boolean {
  const cacheControl =
    response.headers.get('Cloudflare-CDN-Cache-Control') ?? response.headers.get('Cache-Control') ?? ''
  const forbidden = /no-store|private|no-cache|max-age=0/.test(cacheControl)
  return (
    response.status === 200 &&
    /max-age=\d/.test(cacheControl) &&
    !forbidden &&
    !response.headers.has('Set-Cookie')
  )
}

/** The cache slices ranges itself. Its 416 has the size, and nothing else about the audio. */
function slice(request: Request, { body, headers }: Entry): Response {
  const size = body.byteLength
  const whole = { ...Object.fromEntries(headers), 'content-length': String(size), 'cf-cache-status': 'HIT' }
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
