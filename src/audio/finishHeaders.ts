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
 * others only, or gives it the weight 0. A header that cannot be read asks for nothing in particular.
 */
export function wantsSha256(header: string | null): boolean {
  if (header === null) return true
  try {
    const wanted = parseDictionary(header)
    const weight = wanted.get('sha-256')?.[0]
    return wanted.size === 0 || (typeof weight === 'number' && weight > 0)
  } catch {
    return true
  }
}
