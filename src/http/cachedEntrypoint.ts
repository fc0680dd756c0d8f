/** The way from the default entrypoint to the Cached one, through Cloudflare's cache where there is one. */
import { exports } from 'cloudflare:workers'

/** Answers a request from the cache, or has the Cached entrypoint answer it. */
export type FetchCached = (request: Request) => Promise<Response>

/** Drops every cached response that carries one of the tags. Throws when the purge is not accepted. */
export type PurgeCached = (tags: string[]) => Promise<void>

export type CachedEntrypoint = { fetch: FetchCached; purge: PurgeCached }

/** The entrypoint of this Worker. A purge reaches the cache of the entrypoint that calls it, so Cached does. */
export const cachedEntrypoint: CachedEntrypoint = {
  fetch: async (request) => await exports.Cached.fetch(request),
  purge: async (tags) => await exports.Cached.purge(tags),
}
