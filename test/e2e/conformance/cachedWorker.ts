/** The product with a cache between its two entrypoints, and a tally of what R2 is asked. */
import { cachedApp, createApp } from '../../../src/app.ts'
import { cacheInFront } from '../../cacheInFront.ts'
import { countingBucket, type Counts } from '../../counting.ts'

export { Cached } from '../../../src/index.ts'

const counts: Counts = { r2: [], sql: 0 }
let inner: (request: Request) => Promise<Response>
const app = createApp(cacheInFront(async (request) => await inner(request)))

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === '/operations') return Response.json(counts.r2.splice(0))
    const bindings = { ...env, BUCKET: countingBucket(env.BUCKET, counts) }
    inner = async (asked) => await cachedApp.fetch(asked, bindings, context)
    return await app.fetch(request, bindings, context)
  },
} satisfies ExportedHandler<Env>
