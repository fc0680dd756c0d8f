/** How long Workers Caching keeps a response, by its documented rules. */

/** Seconds. The stale ones begin where `maxAge` ends. */
export type Lifetime = { maxAge: number; staleWhileRevalidate: number; staleIfError: number }

/** Undefined if the response may not be stored. A header for the edge alone comes before `Cache-Control`. */
export function readLifetime(response: Response): Lifetime | undefined {
  const { headers, status } = response
  const cacheControl = headers.get('Cloudflare-CDN-Cache-Control') ?? headers.get('Cache-Control') ?? ''
  if (status !== 200 || headers.has('Set-Cookie')) return undefined
  if (/no-store|private|no-cache/.test(cacheControl)) return undefined
  const shared = secondsOf('s-maxage', cacheControl)
  const maxAge = shared ?? secondsOf('max-age', cacheControl) ?? 0
  if (maxAge === 0) return undefined
  // Neither of the two works with s-maxage or must-revalidate.
  const mayBeStale = shared === undefined && !/(must|proxy)-revalidate/.test(cacheControl)
  const stale = (name: string) => (mayBeStale ? (secondsOf(name, cacheControl) ?? 0) : 0)
  return {
    maxAge,
    staleWhileRevalidate: stale('stale-while-revalidate'),
    staleIfError: stale('stale-if-error'),
  }
}

function secondsOf(name: string, cacheControl: string): number | undefined {
  const seconds = new RegExp(`(?:^|[ ,])${name}=(\\d+)`).exec(cacheControl)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}
