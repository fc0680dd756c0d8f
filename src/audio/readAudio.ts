/**
 * The audio in R2 as a plain response: whole, one range, or HEAD, with every header that describes it. The Cached
 * entrypoint answers with it, so a cache may hold it.
 */
import { create as createDisposition, parse as parseDisposition } from 'content-disposition'
import { mayNotRead } from '../access/permissions.ts'
import { Problem } from '../http/problem.ts'
import { awaitStorage, briefTimeoutMs, retryStorageRead } from '../http/storage.ts'
import { audioFileName, audioFileNameLike } from './audioFormats.ts'
import { clipTag } from './purgeCache.ts'
import { audioKey, readMetadata, type AudioMetadata } from './objects.ts'
import { contentRange, satisfy, unsatisfiedRange, type RangeSpec } from './range.ts'

/** Whether the listener may hear private audio; `unknown` if they must not learn that it exists. */
export type MayHear = (metadata: AudioMetadata) => 'yes' | 'no' | 'unknown'

/** A request for audio without conditions, and with one range at most. */
export type PlainRequest = { clipId: string; method: 'GET' | 'HEAD'; range: RangeSpec | undefined }

/**
 * Answers 200, 206 or 416. It takes one R2 operation; two for an unsatisfiable range, whose answer needs the size. Throws
 * `clip-not-found`, also for private audio of which the listener must not know, after the same operations; and `forbidden` for
 * their own audio, if their key may not read.
 */
export async function readAudio(
  bucket: R2Bucket,
  { clipId, method, range }: PlainRequest,
  mayHear: MayHear,
): Promise<Response> {
  const key = audioKey(clipId)
  if (method === 'HEAD') return describeWhole(clipId, await headObject(bucket, key, mayHear))
  const object = await getObject(bucket, key, range, mayHear)
  if ('unsatisfied' in object) return describeUnsatisfied(clipId, object.unsatisfied)
  const { body, size } = object
  const headers = describe(clipId, object)
  const part = range && satisfy(range, size)
  if (!part) return new Response(body, { headers: { ...headers, 'Content-Length': String(size) } })
  return new Response(body, {
    status: 206,
    headers: { ...headers, 'Content-Length': String(part.length), 'Content-Range': contentRange(part, size) },
  })
}

function describeWhole(clipId: string, head: R2Object): Response {
  return new Response(null, {
    headers: { ...describe(clipId, head), 'Content-Length': String(head.size) },
  })
}

/** A 416. */
function describeUnsatisfied(clipId: string, head: R2Object): Response {
  const headers = { ...describe(clipId, head), 'Content-Range': unsatisfiedRange(head.size) }
  return new Response(null, { status: 416, headers })
}

/** The description of the audio, if the listener may hear it. Throws as `readAudio` does. */
export async function describeAudio(bucket: R2Bucket, clipId: string, mayHear: MayHear): Promise<R2Object> {
  return await headObject(bucket, audioKey(clipId), mayHear)
}

async function headObject(bucket: R2Bucket, key: string, mayHear: MayHear): Promise<R2Object> {
  return requireAudible(await retryStorageRead(async () => await bucket.head(key)), mayHear)
}

function requireAudible(head: R2Object | null, mayHear: MayHear): R2Object {
  const verdict = head ? judge(head, mayHear) : 'unknown'
  if (verdict === 'no') throw mayNotRead()
  if (!head || verdict === 'unknown') throw new Problem('clip-not-found')
  return head
}

function judge(object: R2Object, mayHear: MayHear): ReturnType<MayHear> {
  const metadata = readMetadata(object)
  return metadata.visibility === 'public' ? 'yes' : mayHear(metadata)
}

/** The object, if the listener may hear it. Otherwise its body is cancelled. */
async function audible(object: R2ObjectBody | null, mayHear: MayHear): Promise<R2ObjectBody | undefined> {
  if (!object) return undefined
  const verdict = judge(object, mayHear)
  if (verdict === 'yes') return object
  await object.body.cancel()
  if (verdict === 'no') throw mayNotRead()
  return undefined
}

/** An object, or the description of one that ends before the range. */
type Found = R2ObjectBody | { unsatisfied: R2Object }

/**
 * R2 fails for a range beyond the object, with untyped errors, so a failure is followed by a `head` before the retry. Missing
 * and hidden objects get the same `head`: the time of the answer must not tell a stranger which of them it is.
 */
async function getObject(
  bucket: R2Bucket,
  key: string,
  range: RangeSpec | undefined,
  mayHear: MayHear,
): Promise<Found> {
  const read = async () => await bucket.get(key, range && { range: r2Range(range) })
  const first = await audible(range ? await getOnce(read, range) : await retryStorageRead(read), mayHear)
  if (first) return first
  if (!range) throw new Problem('clip-not-found')
  const head = await headObject(bucket, key, mayHear)
  if (!satisfy(range, head.size)) return { unsatisfied: head }
  const second = await audible(await retryStorageRead(read), mayHear)
  if (!second) throw new Problem('clip-not-found')
  return second
}

/** Null if there is no object, or if R2 failed. */
async function getOnce(
  read: () => Promise<R2ObjectBody | null>,
  range: RangeSpec,
): Promise<R2ObjectBody | null> {
  // R2 rejects an empty suffix, which is unsatisfiable for every size.
  if ('suffix' in range && range.suffix === 0) return null
  return await awaitStorage(read(), briefTimeoutMs).catch(() => null)
}

function r2Range(range: RangeSpec): R2Range {
  if ('suffix' in range) return range
  if (range.last === undefined) return { offset: range.first }
  return { offset: range.first, length: range.last - range.first + 1 }
}

/**
 * How long Cloudflare's cache keeps audio. A deletion and a hide purge it at once; this is how long it lasts if that fails.
 * It serves stale audio for a while if R2 is unavailable.
 */
const edgeCacheControl = 'max-age=86400, stale-while-revalidate=60, stale-if-error=86400'

/**
 * Bytes from a stranger may be HTML that poses as audio. Type and `nosniff` already forbid showing it as a page; if a browser
 * did, this leaves it no script, style, form or frame. Browsers show audio that is opened in a tab as a small document
 * with a player, under this same policy: `media-src` lets it load. There is no `sandbox`: in one the player's origin is
 * opaque, so Chromium loads by CORS, and Safari's player, which is written in script, never starts.
 */
const playerPolicy = "default-src 'none'; media-src 'self'; base-uri 'none'; form-action 'none'"

/** The headers that describe audio: the same for 200, 206, 416 and HEAD. */
function describe(clipId: string, object: R2Object): Record<string, string> {
  const { contentType, fileName, storedAt, visibility } = readMetadata(object)
  const { sha256 } = object.checksums
  return {
    'Accept-Ranges': 'bytes',
    'Content-Type': contentType,
    // RFC 6266: the name for a download. It has `filename*` if it is not plain ASCII.
    'Content-Disposition': createDisposition(audioFileName(fileName, contentType), { type: 'inline' }),
    ETag: object.httpEtag,
    'Last-Modified': storedAt.toUTCString(),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': playerPolicy,
    // RFC 9530 §3: the digest of the whole audio, whatever part is sent.
    ...(sha256 && { 'Repr-Digest': `sha-256=:${new Uint8Array(sha256).toBase64()}:` }),
    ...caching(clipId, visibility),
  }
}

/** Audio never changes under its URL, so public audio is immutable (RFC 8246). */
function caching(clipId: string, visibility: AudioMetadata['visibility']): Record<string, string> {
  if (visibility === 'private') return { 'Cache-Control': 'private, no-store, no-transform' }
  return {
    'Cache-Control': 'public, max-age=31536000, immutable, no-transform',
    'Cloudflare-CDN-Cache-Control': edgeCacheControl,
    'Cache-Tag': clipTag(clipId),
  }
}

/**
 * The `Content-Disposition` for a `download` parameter: `true` (or `1`) saves under the stored name, any other text under that
 * name. It keeps the extension of the audio, so that nobody can be made to save it as a program.
 */
export function saveAs(download: string | undefined, stored: string): string {
  if (download === undefined || ['', '0', 'false'].includes(download)) return stored
  const storedName = parseDisposition(stored).parameters['filename'] ?? ''
  if (download === '1' || download === 'true') return createDisposition(storedName, { type: 'attachment' })
  return createDisposition(audioFileNameLike(download, storedName), { type: 'attachment' })
}
