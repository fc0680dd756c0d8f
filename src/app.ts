/** The public app and the cached app: their middleware, then every route in reading order. */
import type { Context } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { createApiKey, listApiKeys, revokeKey } from './access/apiKeys.ts'
import { assumeAnonymous } from './access/authenticate.ts'
import { createLink } from './access/signedLinks.ts'
import { streamCachedClip, streamClip } from './audio/streamClip.ts'
import { createClip, FormClip } from './clips/createClip.ts'
import { deleteClip } from './clips/deleteClip.ts'
import { getClip } from './clips/getClip.ts'
import { ClipImport } from './clips/importUrl.ts'
import { listClips } from './clips/listClips.ts'
import { listFacets } from './clips/listFacets.ts'
import { updateClip } from './clips/updateClip.ts'
import { connectDatabase, isDatabaseUnavailable } from './db/connection.ts'
import { provideCache } from './http/cache.ts'
import { readForwarded } from './http/cacheable.ts'
import { allowOrigins } from './http/cors.ts'
import { defaultNoStore, limitHeaderSize, requireUtf8Query, securityHeaders } from './http/headers.ts'
import { openApiDocument } from './http/openApi.ts'
import { Problem, renderErrors, renderProblem } from './http/problem.ts'
import { createRouter, type AppEnv } from './http/router.ts'
import { loadSettings, publicOrigin } from './http/settings.ts'
import { health } from './observability/health.ts'
import { metrics } from './observability/metrics.ts'
import { requestTelemetry } from './observability/requestTelemetry.ts'
import { countPlay } from './plays/countPlay.ts'
import { clipStats, libraryStats } from './plays/stats.ts'
import { readCachedWaveform, readWaveform, readWaveformPicture } from './sound/waveform.ts'
import { docsPage } from './web/docsPage.ts'

const publicApp = createRouter()

publicApp.use(requestId(), requestTelemetry, defaultNoStore, securityHeaders, limitHeaderSize)
publicApp.use(methodNotAllowed({ app: publicApp, onMethodNotAllowed: refuseMethod }))
publicApp.use(provideCache, loadSettings, connectDatabase, allowOrigins, requireUtf8Query)
publicApp.use('/api/clips/:id/stream', countPlay)

/** Every operation of the API. Each route is declared beside its handler. */
export const routes = [
  listClips,
  listFacets,
  createClip,
  getClip,
  updateClip,
  deleteClip,
  streamClip,
  readWaveform,
  readWaveformPicture,
  clipStats,
  createLink,
  libraryStats,
  createApiKey,
  listApiKeys,
  revokeKey,
  health,
  metrics,
] as const

/** The public app. It runs for every request. `hc<typeof app>` is its typed client. */
export const app = publicApp.openapiRoutes([...routes, docsPage] as const)

app.openAPIRegistry.register('FormClip', FormClip)
app.openAPIRegistry.register('ClipImport', ClipImport)
app.get('/api/openapi.json', (c) => {
  c.header('Content-Type', 'application/json')
  return c.body(openApiDocument(app, publicOrigin(c), sections))
})
app.get('/', (c) => c.redirect('/api/docs'))
app.notFound(renderNotFound)
app.onError(renderErrors(toProblem))

/**
 * The app of the Cached entrypoint: plain responses that are the same for everyone. The audio and the waveform come first: they
 * need neither settings nor a database.
 */
export const cachedApp = createRouter()
cachedApp.openapiRoutes([streamCachedClip, readCachedWaveform] as const)
cachedApp.use(readForwarded, loadSettings, connectDatabase, assumeAnonymous)
cachedApp.openapiRoutes([listClips, listFacets, getClip] as const)
cachedApp.onError(renderErrors(toProblem))

/** The sections of the document. */
export const sections = [
  { name: 'Clips', description: 'List, search, read, create, edit and delete clips.' },
  { name: 'Audio', description: 'The bytes of a clip.' },
  { name: 'Plays', description: 'How often clips were played.' },
  { name: 'Access', description: 'API keys, and signed links to private clips.' },
  { name: 'Service', description: 'Health and metrics.' },
]

function toProblem(error: unknown): Problem | undefined {
  return isDatabaseUnavailable(error) ? new Problem('database-unavailable', { cause: error }) : undefined
}

/** It returns the problem instead of throwing it: `methodNotAllowed` looks for a plain 404. */
function renderNotFound(c: Context<AppEnv>): Response {
  c.set('problem', 'not-found')
  const detail = 'The documentation at /api/docs lists every URL.'
  return renderProblem(new Problem('not-found', { detail }), c.get('requestId'))
}

/** Answers OPTIONS with the allowed methods (RFC 9110 §9.3.7), and every other method with 405. */
function refuseMethod(c: Context, methods: string[]): Response {
  const headers = { Allow: methods.join(', ') }
  if (c.req.method === 'OPTIONS') return c.body(null, 204, headers)
  throw new Problem('method-not-allowed', { detail: `It supports ${methods.join(', ')}.`, headers })
}
