/** GET and HEAD /api/clips/{id}/waveform and waveform.svg: the picture of a clip. They make no database query. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { authenticateFromR2 } from '../access/authenticate.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { identifyListener, LinkQuery } from '../audio/listener.ts'
import { readMetadata, waveformKey } from '../audio/objects.ts'
import { clipTag } from '../audio/purgeCache.ts'
import { describeAudio, type MayHear } from '../audio/readAudio.ts'
import { edgeHeaders } from '../http/cache.ts'
import { evaluatePreconditions, notModified } from '../http/conditions.ts'
import { defaultNoStore } from '../http/headers.ts'
import { Problem } from '../http/problem.ts'
import { readProblem } from '../http/readProblem.ts'
import { describeHeaders, problems, requestHeaders } from '../http/responses.ts'
import { idParams, inOrder, type AppEnv } from '../http/router.ts'
import { retryStorageRead } from '../http/storage.ts'
import type { Waveform as Peaks } from './peaks.ts'
import { decodeWaveform, waveformJson } from './peaksFile.ts'
import { waveformSvg } from './waveformSvg.ts'

/**
 * For clients and for the cache. A better analysis may replace a waveform, and then shows after a day. What is hidden or
 * deleted is purged from the cache at once.
 */
const cacheControl = 'public, max-age=86400'
const edgeCacheControl = 'max-age=86400, stale-while-revalidate=60, stale-if-error=86400'

const jsonType = 'application/json'
/** The binary form, also in R2 and in the cache. It has no media type of its own. */
const binaryType = 'application/octet-stream'

const Waveform = z
  .object({
    version: z.literal(2).openapi({ description: 'Of the form.' }),
    channels: z.literal(1).openapi({ description: 'All channels, mixed into one.' }),
    sample_rate: z.int().openapi({ description: 'Hz, of what was analysed.', example: 44100 }),
    samples_per_pixel: z.int().openapi({ description: 'Samples in a point.', example: 662 }),
    bits: z.literal(8).openapi({ description: 'Of a value.' }),
    length: z.int().openapi({ description: 'Number of points.', example: 2000 }),
    data: z.array(z.int()).openapi({
      description: 'Lowest and highest value of each point, from -128 to 127.',
      example: [-12, 15],
    }),
  })
  .openapi('Waveform', { description: 'The peaks of a clip, as `audiowaveform` of the BBC writes them.' })

const checks = inOrder(rateLimit('read'), authenticateFromR2)

/** What both routes declare alike. */
const declared = {
  method: 'get' as const,
  tags: ['Audio'],
  middleware: checks,
  request: {
    params: idParams('clip-not-found'),
    query: LinkQuery,
    headers: requestHeaders({
      'If-None-Match': 'The ETag that the client has: 304 if it is still current.',
      'If-Match': 'The ETag that the client expects: 412 if it is another.',
    }),
  },
}

const headers = describeHeaders({
  ETag: 'A strong validator of this form.',
  'Cache-Control': 'A waveform of a public clip may be kept for a day.',
})

const rest = {
  304: { description: 'The client has the current waveform.' },
  ...problems(
    checks,
    'link-expired',
    'clip-not-found',
    'waveform-not-found',
    'precondition-failed',
    'storage-unavailable',
  ),
}

export const readWaveform = defineOpenAPIRoute({
  route: createRoute({
    ...declared,
    path: '/api/clips/{id}/waveform',
    operationId: 'readWaveform',
    summary: 'Peaks of a clip',
    description:
      'The peaks, as `audiowaveform` of the BBC writes them: as JSON, or in the binary form `.dat` for ' +
      '`Accept: application/octet-stream`. They are there when the `analysis` of the clip is `done`. Whoever may hear ' +
      'the audio may read them: a signed link to the stream has the same parameters here. Unknown parameters are ignored.',
    responses: {
      200: {
        description: 'The peaks.',
        content: {
          [jsonType]: { schema: Waveform },
          [binaryType]: { schema: z.string().openapi({ format: 'binary' }) },
        },
        headers,
      },
      ...rest,
    },
  }),
  handler: async (c) => {
    const stored = await readStored(c, c.req.valid('param').id, c.req.valid('query'))
    const type = accepts(c, { header: 'Accept', supports: [jsonType, binaryType], default: jsonType })
    if (type === binaryType) return await present(c, stored, { type, form: 'dat', write: (_, dat) => dat })
    const write = (peaks: Peaks) => JSON.stringify(waveformJson(peaks))
    return await present(c, stored, { type, form: 'json', write })
  },
})

export const readWaveformPicture = defineOpenAPIRoute({
  route: createRoute({
    ...declared,
    path: '/api/clips/{id}/waveform.svg',
    operationId: 'readWaveformPicture',
    summary: 'Picture of a clip',
    description: 'The same peaks as an SVG, for previews in chats and for pages without script.',
    responses: {
      200: {
        description: 'The picture.',
        content: { 'image/svg+xml': { schema: z.string() } },
        headers,
      },
      ...rest,
    },
  }),
  handler: async (c) => {
    const stored = await readStored(c, c.req.valid('param').id, c.req.valid('query'))
    const type = 'image/svg+xml'
    return await present(c, stored, { type, form: 'svg', write: waveformSvg })
  },
})

/** The route of the Cached entrypoint: the binary form, of public clips. */
export const readCachedWaveform = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/clips/{id}/waveform',
    middleware: [defaultNoStore] as const,
    request: { params: idParams('clip-not-found') },
    responses: { 200: { description: 'The waveform.' } },
  }),
  handler: async (c) => await readFromStorage(c.env.BUCKET, c.req.valid('param').id, () => 'unknown'),
})

/** The binary form: through the cache for those who hear what everyone hears, else from R2. */
async function readStored(
  c: Context<AppEnv>,
  clipId: string,
  signed: z.output<typeof LinkQuery>,
): Promise<Response> {
  const { mayHear, explainRefusal } = await identifyListener(clipId, signed, c.var)
  if (mayHear) return await readFromStorage(c.env.BUCKET, clipId, mayHear).catch(explainRefusal)
  const response = await c.var.cached.fetch(new Request(new URL(`/api/clips/${clipId}/waveform`, c.req.url)))
  if (!response.ok) return explainRefusal(await readProblem(response))
  return response
}

/** The audio says who may know of the clip. */
async function readFromStorage(bucket: R2Bucket, clipId: string, mayHear: MayHear): Promise<Response> {
  const audio = await describeAudio(bucket, clipId, mayHear)
  const waveform = await retryStorageRead(async () => await bucket.get(waveformKey(clipId)))
  if (!waveform) throw new Problem('waveform-not-found', { detail: 'The `analysis` of the clip tells why.' })
  return new Response(waveform.body, {
    headers: {
      'Content-Type': binaryType,
      ETag: waveform.httpEtag,
      ...(readMetadata(audio).visibility === 'public'
        ? {
            'Cache-Control': cacheControl,
            'Cloudflare-CDN-Cache-Control': edgeCacheControl,
            'Cache-Tag': clipTag(clipId),
          }
        : { 'Cache-Control': 'private, no-store' }),
    },
  })
}

/** A form of the waveform: its media type, its name, and how it is written. */
type Form = {
  type: string
  form: 'dat' | 'json' | 'svg'
  write: (peaks: Peaks, dat: Uint8Array<ArrayBuffer>) => string | Uint8Array<ArrayBuffer>
}

/** Answers with one form. Each has an ETag of its own (RFC 9110 §8.8.3). */
async function present(c: Context<AppEnv>, stored: Response, { type, form, write }: Form): Promise<Response> {
  const responseHeaders = new Headers(stored.headers)
  // The length is that of the binary form.
  for (const name of [...edgeHeaders, 'Content-Length']) responseHeaders.delete(name)
  const etag = (stored.headers.get('ETag') ?? '""').replace(/"$/, `-${form}"`)
  responseHeaders.set('ETag', etag)
  responseHeaders.set('Content-Type', type)
  if (form !== 'svg') responseHeaders.set('Vary', 'Accept')
  const verdict = evaluatePreconditions(c.req.raw.headers, { etag, lastModified: undefined })
  const dat = new Uint8Array(await stored.arrayBuffer())
  const peaks = decodeWaveform(dat)
  if (!peaks) throw new Problem('waveform-not-found', { cause: 'the stored waveform is malformed' })
  if (verdict === 'precondition-failed') throw new Problem('precondition-failed')
  if (verdict === 'not-modified') return notModified(responseHeaders)
  return new Response(write(peaks, dat), { headers: responseHeaders })
}
