/** The last touch to an audio answer: what depends on the request, which the cache is not to know of. */
import { parseDictionary } from 'structured-headers'
import { edgeHeaders } from './describeAudio.ts'

/** Takes off what was for the cache, and gives the client the disposition and digest that it asked for. */
export function finishHeaders(response: Response, request: Request): Response {
  const headers = new Headers(response.headers)
  for (const name of edgeHeaders) headers.delete(name)
  const disposition = headers.get('Content-Disposition')
  if (disposition !== null && new URL(request.url).searchParams.get('download') === '1') {
    headers.set('Content-Disposition', disposition.replace(/^inline/, 'attachment'))
  }
  if (!wantsSha256(request.headers.get('Want-Repr-Digest'))) headers.delete('Repr-Digest')
  return new Response(response.body, { status: response.status, headers })
}

/**
 * Whether `Want-Repr-Digest` (RFC 9530 §4) leaves room for SHA-256, the one that we have: it does unless it names
 * others only, or gives it the weight 0. A header that is no dictionary of weights asks for nothing in particular.
 */
export function wantsSha256(header: string | null): boolean {
  const weights = header === null ? new Map<string, unknown>() : readWeights(header)
  return weights.size === 0 || Number(weights.get('sha-256') ?? 0) > 0
}

function readWeights(header: string): Map<string, unknown> {
  try {
    const weights = new Map([...parseDictionary(header)].map(([algorithm, [weight]]) => [algorithm, weight]))
    return [...weights.values()].every(Number.isInteger) ? weights : new Map()
  } catch {
    return new Map()
  }
}
