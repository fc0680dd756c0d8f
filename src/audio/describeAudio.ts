/** The headers that describe stored audio: the same on 200, 206, 304 and HEAD. */
import { create as createDisposition } from 'content-disposition'
import { extensionOf } from './audioFormats.ts'
import { readLabel, type Label } from './label.ts'

/**
 * How long Cloudflare's cache may keep audio. A deletion or hiding purges it at once; should a purge fail, this
 * is how long it may last. It goes on serving stale audio for a while when R2 is away.
 */
const edgeCacheControl = 'max-age=86400, stale-while-revalidate=60, stale-if-error=86400'

/** The cache tag by which a clip's audio is purged. */
export function cacheTag(clipId: string): string {
  return `clip:${clipId}`
}

/** Headers for the cache alone; the default entrypoint takes them off. */
export const edgeHeaders = ['Cloudflare-CDN-Cache-Control', 'Cache-Tag']

export function describeAudio(clipId: string, object: R2Object): Record<string, string> {
  const label = readLabel(object)
  return {
    'Accept-Ranges': 'bytes',
    'Content-Type': label.contentType,
    'Content-Disposition': disposition(label),
    ETag: object.httpEtag,
    'Last-Modified': label.storedAt.toUTCString(),
    'X-Content-Type-Options': 'nosniff',
    ...reprDigest(object),
    ...caching(clipId, label),
  }
}

/** A clip's audio never changes under its address, which RFC 8246 calls immutable. */
function caching(clipId: string, label: Label): Record<string, string> {
  if (label.visibility === 'private') return { 'Cache-Control': 'private, no-store, no-transform' }
  return {
    'Cache-Control': 'public, max-age=31536000, immutable, no-transform',
    'Cloudflare-CDN-Cache-Control': edgeCacheControl,
    'Cache-Tag': cacheTag(clipId),
  }
}

/** RFC 9530 §3: the digest of the whole representation, whatever part of it is sent. */
function reprDigest(object: R2Object): Record<string, string> {
  const sha256 = object.checksums.sha256
  return sha256 ? { 'Repr-Digest': `sha-256=:${new Uint8Array(sha256).toBase64()}:` } : {}
}

/** RFC 6266: shown in place, with a name for when it is saved; `filename*` where the title is not plain ASCII. */
function disposition(label: Label): string {
  // What no file system takes, or takes for a path.
  const name = label.title.replace(/[\\/:*?"<>|\p{Cc}\s]+/gu, ' ').trim() || 'clip'
  return createDisposition(`${name}.${extensionOf(label.contentType)}`, { type: 'inline' })
}
