/** The product with a cache between its two entrypoints, and a count of the R2 operations. */
import { app, cachedApp } from '../../src/app.ts'
import { cacheInFront } from '../support/cacheInFront.ts'
import { countingBucket, type Counts } from '../support/counting.ts'

export { Cached } from '../../src/index.ts'

const counts: Counts = { r2: [], sql: 0 }
let fetchCached: (request: Request) => Promise<Response>
const cache = cacheInFront(async (request) => await fetchCached(request))

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === '/operations') return Response.json(counts.r2.splice(0))
    const bindings = { ...env, BUCKET: countingBucket(env.BUCKET, counts) }
    fetchCached = async (forwarded) => await cachedApp.fetch(forwarded, bindings, context)
    const cachedContext = Object.defineProperty(context, 'exports', { value: { Cached: cache } })
    return await app.fetch(request, bindings, cachedContext)
  },
} satisfies ExportedHandler<Env>
