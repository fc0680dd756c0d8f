/** Workers Caching, which stands in front of the Cached entrypoint of this Worker. */
import type { Middleware } from './router.ts'

/** The Cached entrypoint: `fetch` answers from the cache if it can, `purge` drops responses by tag. */
export type CachedEntrypoint = {
  fetch: (request: Request) => Promise<Response>
  /** Throws if the purge is refused; purges are rate-limited. */
  purge: (tags: string[]) => Promise<void>
}

/** Headers for the cache only. The default entrypoint removes them. */
export const edgeHeaders = ['Cloudflare-CDN-Cache-Control', 'Cache-Tag']

declare module 'hono' {
  interface ContextVariableMap {
    cached: CachedEntrypoint
    /** Each response of the Cached entrypoint in this request: its `CF-Cache-Status`, and how long it took. */
    cacheLookups: { status: string | undefined; ms: number }[]
  }
}

/** The context of a Worker's event, as far as it leads to the Cached entrypoint. */
export type CachedContext = { exports: { Cached: CachedEntrypoint } }

/** Gives routes the Cached entrypoint, and records what the cache answers. */
export const provideCache: Middleware = async (c, next) => {
  const { Cached }: CachedContext['exports'] = c.executionCtx.exports
  c.set('cacheLookups', [])
  c.set('cached', {
    purge: async (tags) => await Cached.purge(tags),
    fetch: async (request) => {
      const startedMs = Date.now()
      const response = await Cached.fetch(request)
      const status = response.headers.get('CF-Cache-Status') ?? undefined
      c.var.cacheLookups.push({ status, ms: Date.now() - startedMs })
      return response
    },
  })
  await next()
}

/** Drops cached responses by tag. Throws if the cache refuses. Locally there is no cache, and nothing to drop. */
export async function purgeTags(cache: CacheContext | undefined, tags: string[]): Promise<void> {
  if (!cache) return
  const { success, errors } = await cache.purge({ tags })
  if (!success) throw new Error(`purge refused: ${errors.map(({ message }) => message).join('; ')}`)
}
