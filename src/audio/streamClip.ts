/** GET and HEAD /api/clips/{id}/stream: the audio, from the cache or from R2. It makes no database query. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { authenticateFromR2 } from '../access/authenticate.ts'
import { rateLimit } from '../access/rateLimit.ts'
import { streamPath } from '../access/signedLinks.ts'
import { edgeHeaders, type CachedEntrypoint } from '../http/cache.ts'
import { defaultNoStore } from '../http/headers.ts'
import { describeError, logLine } from '../http/log.ts'
import { Problem } from '../http/problem.ts'
import { describeHeaders, problems, requestHeaders } from '../http/responses.ts'
import { inOrder, idParams } from '../http/router.ts'
import { wantsSha256 } from './digests.ts'
import { firstValue, identifyListener, LinkQuery } from './listener.ts'
import { refuseOwnImport } from './ownImport.ts'
import { readAudio, saveAs, type PlainRequest } from './readAudio.ts'
import { parseRange, writeRange } from './range.ts'
import { serveConditional, type FetchPlain } from './serveConditional.ts'

const StreamQuery = LinkQuery.extend({
  download: firstValue('`true` saves the audio under its name at upload, any other text under that name.'),
})

const StreamHeaders = requestHeaders({
  Range: 'One or more byte ranges, such as `bytes=0-`.',
  'If-Range': 'The range applies only to the audio with this tag or date.',
  'If-Match': '412 unless the audio has one of these tags.',
  'If-None-Match': '304 if the audio has one of these tags.',
  'If-Modified-Since': '304 unless the audio is newer.',
  'If-Unmodified-Since': '412 if the audio is newer.',
  'Want-Repr-Digest': 'The digests that the client wants (RFC 9530); sha-256 is served.',
})

const bytes = z.string().openapi({ format: 'binary' })

const validators = {
  ETag: 'A strong validator.',
  'Last-Modified': 'When the bytes were stored.',
  'Repr-Digest': 'SHA-256 of the whole audio (RFC 9530), whatever part is sent.',
}

const checks = inOrder(refuseOwnImport, rateLimit('stream'), authenticateFromR2)

const streamRoute = createRoute({
  method: 'get',
  path: '/api/clips/{id}/stream',
  operationId: 'streamClip',
  tags: ['Audio'],
  summary: 'Stream the audio',
  description:
    'The bytes as they were uploaded, with conditions and ranges as in RFC 9110. Several ranges come as ' +
    '`multipart/byteranges`; those that overlap or nearly touch are joined. Public clips need no key. Unknown ' +
    'parameters are ignored. A start may count as a play: _Plays of a clip_ has the rule.',
  middleware: checks,
  request: { params: idParams('clip-not-found'), query: StreamQuery, headers: StreamHeaders },
  responses: {
    200: {
      description: 'The whole audio. HEAD answers with the headers only.',
      content: { 'audio/*': { schema: bytes } },
      headers: describeHeaders({
        ...validators,
        'Accept-Ranges': '`bytes`',
        'Content-Disposition': 'The name of the file.',
      }),
    },
    206: {
      description: 'The parts that `Range` asks for.',
      content: { 'audio/*': { schema: bytes }, 'multipart/byteranges': { schema: bytes } },
      headers: describeHeaders({ 'Content-Range': 'The bytes of a single part.', ...validators }),
    },
    304: { description: 'The client has the current audio.' },
    ...problems(checks, 'link-expired', 'clip-not-found', 'precondition-failed', 'unsatisfiable-range'),
  },
})

/** The public route. With a key or a signed link the audio comes from R2 directly, otherwise through the cache. */
export const streamClip = defineOpenAPIRoute({
  route: streamRoute,
  handler: async (c) => {
    const { id } = c.req.valid('param')
    const { download, ...signed } = c.req.valid('query')
    const { mayHear, explainRefusal } = await identifyListener(id, signed, c.var)
    const fetchPlain: FetchPlain = mayHear
      ? async (plain) => await readAudio(c.env.BUCKET, { clipId: id, ...plain }, mayHear)
      : async (plain) => await fetchCached(c.var.cached, c.req.url, { clipId: id, ...plain })
    const { response, sending } = await serveConditional(c.req.raw, fetchPlain).catch(explainRefusal)
    // The status is sent: nobody can be told of a part that fails now, and a disconnect is no error of ours.
    const sent = sending?.catch((error: unknown) =>
      logLine('info', 'parts-not-sent', { clip: id, error: describeError(error) }),
    )
    if (sent) c.executionCtx.waitUntil(sent)
    return finishHeaders(response, download, c.req.header('Want-Repr-Digest') ?? null)
  },
})

/** The route of the Cached entrypoint: plain requests for public audio. */
export const streamCachedClip = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/clips/{id}/stream',
    middleware: [defaultNoStore] as const,
    request: { params: idParams('clip-not-found') },
    responses: { 200: { description: 'The audio, whole or one range.' } },
  }),
  handler: async (c) => {
    const range = parseRange(c.req.header('Range') ?? null)?.at(0)
    const method = c.req.method === 'HEAD' ? 'HEAD' : 'GET'
    return await readAudio(c.env.BUCKET, { clipId: c.req.valid('param').id, method, range }, () => 'unknown')
  },
})

/** Path and query are the cache key, so only the clip and the range are forwarded. */
async function fetchCached(
  cached: CachedEntrypoint,
  url: string,
  { clipId, method, range }: PlainRequest,
): Promise<Response> {
  const headers: HeadersInit = range ? { Range: writeRange(range) } : {}
  const response = await cached.fetch(new Request(new URL(streamPath(clipId), url), { method, headers }))
  if (response.status === 404) throw new Problem('clip-not-found')
  if (!response.ok && response.status !== 416) throw new Problem('storage-unavailable')
  return response
}

/** Sets the headers that depend on the request and that the cache must not store. */
function finishHeaders(
  response: Response,
  download: string | undefined,
  wantDigest: string | null,
): Response {
  const headers = new Headers(response.headers)
  for (const name of edgeHeaders) headers.delete(name)
  const disposition = headers.get('Content-Disposition')
  if (disposition !== null) headers.set('Content-Disposition', saveAs(download, disposition))
  if (!wantsSha256(wantDigest)) headers.delete('Repr-Digest')
  return new Response(response.body, { status: response.status, headers })
}
