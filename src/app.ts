/** The two apps: the one that the world meets, and what it asks through the cache. Every route, in reading order. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { knowsCaller, knowsListener, needs } from './access/caller.ts'
import { createLink } from './access/createLink.ts'
import { createApiKey, deleteApiKey, listApiKeys } from './access/keys.ts'
import { limited } from './access/limited.ts'
import { accessOperations } from './access/operations.ts'
import { streamAudio, streamCachedAudio } from './audio/streamAudio.ts'
import { createClip } from './clips/createClip.ts'
import { deleteClip } from './clips/deleteClip.ts'
import { getClip } from './clips/getClip.ts'
import { listClips } from './clips/listClips.ts'
import { clipOperations } from './clips/operations.ts'
import { updateClip } from './clips/updateClip.ts'
import { isDatabaseAway } from './db/connection.ts'
import { saysHowToCache } from './http/cacheControl.ts'
import type { CachedEntrypoint } from './http/cachedEntrypoint.ts'
import { allowsOrigins } from './http/cors.ts'
import { docsPage } from './http/docsPage.ts'
import { writeDocument } from './http/documentation.ts'
import { finishesAnyway } from './http/finishesAnyway.ts'
import { limitsHead } from './http/limitsHead.ts'
import { observesRequest } from './http/observesRequest.ts'
import { answerErrors } from './http/onError.ts'
import { Problem, renderProblem } from './http/problem.ts'
import { readableQuery } from './http/readableQuery.ts'
import { saysWhatIsAllowed } from './http/securityHeaders.ts'
import { createRouter, hasSettings, publicOrigin, reachesCache, type AppEnv } from './http/router.ts'
import { countedStream } from './plays/countedStream.ts'
import { countsPlay } from './plays/countsPlay.ts'
import { playOperations } from './plays/operations.ts'
import { clipStats, libraryStats } from './plays/stats.ts'
import { health } from './upkeep/health.ts'
import { metrics } from './upkeep/metrics.ts'
import { upkeepOperations } from './upkeep/operations.ts'
import { timesQueries } from './upkeep/timesQueries.ts'

/** Every operation of the API, for the document. */
export const operations = [
  ...clipOperations,
  countedStream,
  ...playOperations,
  ...accessOperations,
  ...upkeepOperations,
]

/** What the world meets: it runs for every request. `cached` is the way to what may come from the cache. */
export function createApp(cached: CachedEntrypoint): OpenAPIHono<AppEnv> {
  const app = createRouter()

  app.use(requestId(), observesRequest, timesQueries, saysHowToCache, saysWhatIsAllowed)
  app.use(limitsHead)
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }))
  app.use(reachesCache(cached), hasSettings, allowsOrigins, readableQuery)

  app.get('/api/clips', limited('search'), knowsCaller, listClips)
  app.post('/api/clips', knowsCaller, needs('write'), limited('write'), finishesAnyway, createClip)
  app.get('/api/clips/:id', limited('read'), knowsCaller, getClip)
  app.patch('/api/clips/:id', knowsCaller, needs('write'), limited('write'), finishesAnyway, updateClip)
  app.delete('/api/clips/:id', knowsCaller, needs('write'), limited('write'), finishesAnyway, deleteClip)
  app.get('/api/clips/:id/stream', limited('stream'), knowsListener, countsPlay, streamAudio)
  app.get('/api/clips/:id/stats', limited('search'), knowsCaller, clipStats)
  app.get('/api/stats', limited('search'), knowsCaller, libraryStats)
  app.post('/api/clips/:id/links', knowsCaller, needs('read'), limited('write'), createLink)

  app.post('/api/keys', knowsCaller, needs('admin'), limited('write'), finishesAnyway, createApiKey)
  app.get('/api/keys', knowsCaller, needs('admin'), listApiKeys)
  app.delete('/api/keys/:id', knowsCaller, needs('admin'), limited('write'), finishesAnyway, deleteApiKey)

  app.get('/api/docs', docsPage)
  app.get('/api/openapi.json', (c) => c.json(writeDocument(operations, publicOrigin(c))))
  app.get('/api/health', limited('watch'), knowsCaller, health)
  app.get('/metrics', limited('watch'), knowsCaller, metrics)
  app.get('/', (c) => c.redirect('/api/docs'))

  app.notFound(answerUnknownAddress)
  app.onError(answerErrors(recogniseError))
  return app
}

/** What may come from the cache: plain answers about what is public, whoever asks. */
export const cachedApp = createRouter()
cachedApp.use(saysHowToCache)
cachedApp.get('/api/clips/:id/stream', streamCachedAudio)
cachedApp.onError(answerErrors(recogniseError))

function recogniseError(error: unknown): Problem | undefined {
  return isDatabaseAway(error) ? new Problem('database-away', { cause: error }) : undefined
}

/** Not thrown: what refuses methods looks for a plain 404, to tell an address that takes another method. */
function answerUnknownAddress(c: Context<AppEnv>): Response {
  c.set('problem', 'not-found')
  return renderProblem(new Problem('not-found'), c.get('requestId'))
}

/** What an address takes: the answer to OPTIONS (RFC 9110 §9.3.7), the way out for any other method. */
function refuseMethod(c: Context, methods: string[]): Response {
  const headers = { Allow: methods.join(', ') }
  if (c.req.method === 'OPTIONS') return c.body(null, 204, headers)
  throw new Problem('method-not-allowed', { headers })
}
