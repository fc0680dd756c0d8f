/** Import by URL: the audio is fetched as one stream, and then treated like any upload. */
import { z } from '@hono/zod-openapi'
import { verifyDigests } from '../audio/digests.ts'
import { payloadTooLarge } from '../audio/stageUpload.ts'
import { parseJson, readJsonBytes } from '../http/jsonBody.ts'
import { Problem } from '../http/problem.ts'
import { withTimeout } from '../http/retry.ts'
import { parseFields } from '../http/router.ts'
import { NewClipFields } from './clipFields.ts'
import { refuseSourceUrl, sourceRefusals, type SourceRules } from './publicHost.ts'
import { nameInDisposition, type Upload } from './readUpload.ts'

/** How long an import waits, and how many redirects it follows. */
export const importLimits = {
  redirects: 5,
  /** From the first request to the headers of the final response. */
  headersMs: 15_000,
  /** Without a byte of the body. */
  idleMs: 15_000,
  /** For the whole body: 100 MiB in this time is 350 kB/s. */
  bodyMs: 300_000,
}

export type ImportLimits = typeof importLimits

const SourceUrl = z
  .string()
  .max(2048, 'Must have at most 2048 characters.')
  .transform((text, context) => {
    const url = URL.parse(text)
    if (url) return url
    context.addIssue({ code: 'custom', message: 'Must be a URL with scheme and host.' })
    return z.NEVER
  })
  .openapi({
    type: 'string',
    format: 'uri',
    maxLength: 2048,
    description: 'The address of the audio: http or https, on a public host.',
    example: 'https://example.com/rain.flac',
  })

/** The URL, and the fields of the new clip. */
export const ClipImport = z.strictObject({ url: SourceUrl, ...NewClipFields.shape }).openapi({
  example: { url: 'https://example.com/rain.flac', title: 'Rain on a tin roof', tags: ['rain'] },
})

/** Whether the body of a create is an import. */
export function isImport({ headers }: Request): boolean {
  return /^application\/json\s*(;|$)/i.test(headers.get('Content-Type') ?? '')
}

/**
 * Reads the request for an import. Its audio is fetched when it is read: then a refused URL, or a source that fails, throws
 * 413 or 422. Digest headers are those of the JSON.
 */
export async function openImport(
  request: Request,
  maxBytes: number,
  rules: SourceRules,
  limits: ImportLimits = importLimits,
): Promise<Upload> {
  const json = await readJsonBytes(request)
  for await (const _ of verifyDigests([json], request.headers)) continue
  const wanted = parseFields(ClipImport, parseJson(json))
  const { url, ...fields } = wanted
  let fileName: string | undefined
  async function* fetchAudio(): AsyncGenerator<Uint8Array> {
    const source = await openSource(url, rules, limits, maxBytes)
    fileName = nameInDisposition(source.headers.get('Content-Disposition')) ?? nameInPath(source.url)
    yield* readSource(source, limits)
  }
  return {
    audio: fetchAudio(),
    identity: [wanted],
    details: async () => await Promise.resolve({ fields, fileName }),
    cancel: () => {},
  }
}

/** A source that has answered with a body. */
type Source = {
  /** The URL after all redirects. */
  url: URL
  headers: Headers
  body: ReadableStream<Uint8Array> | null
  /** The length that the source declares. */
  declaredBytes: number | undefined
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** Sends the request and follows redirects. Throws 413 or 422, and leaves no connection open. */
async function openSource(
  first: URL,
  rules: SourceRules,
  limits: ImportLimits,
  maxBytes: number,
): Promise<Source> {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), limits.headersMs)
  try {
    const { url, response } = await follow(first, rules, limits.redirects, timeout.signal)
    try {
      return toSource(url, response, maxBytes)
    } catch (error) {
      await drop(response)
      throw error
    }
  } finally {
    clearTimeout(timer)
  }
}

async function follow(first: URL, rules: SourceRules, maxRedirects: number, signal: AbortSignal) {
  let url = first
  requirePublic(url, rules)
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await sendRequest(url, rules, signal)
    if (!redirectStatuses.has(response.status)) return { url, response }
    await drop(response)
    url = redirectTarget(url, response.headers.get('Location'), rules)
  }
  throw importProblem('source-failed', `The source redirects more than ${maxRedirects} times.`)
}

async function sendRequest(url: URL, rules: SourceRules, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url.href, {
      headers: requestHeaders(rules),
      redirect: 'manual',
      cache: 'no-store',
      signal,
    })
  } catch (error) {
    const detail = signal.aborted ? 'The source did not answer in time.' : 'The source cannot be reached.'
    throw importProblem('source-failed', detail, error)
  }
}

/** No cookie and no key. An encoded body could not be compared with its declared length. */
function requestHeaders({ ownOrigin }: SourceRules): Record<string, string> {
  return { Accept: 'audio/*', 'Accept-Encoding': 'identity', 'User-Agent': `Clips/1 (+${ownOrigin})` }
}

function redirectTarget(from: URL, location: string | null, rules: SourceRules): URL {
  const target = location === null ? null : URL.parse(location, from.href)
  if (!target) throw importProblem('source-failed', 'The source redirects without a valid Location.')
  requirePublic(target, rules, 'A redirect is refused. ')
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw importProblem('source-refused', 'A redirect leads from https to http.')
  }
  return target
}

function requirePublic(url: URL, rules: SourceRules, prefix = ''): void {
  const refusal = refuseSourceUrl(url, rules)
  if (refusal) throw importProblem('source-refused', prefix + sourceRefusals[refusal])
}

function toSource(url: URL, { status, headers, body }: Response, maxBytes: number): Source {
  if (status !== 200) throw importProblem('source-failed', `The source answers with status ${status}.`)
  const encoding = headers.get('Content-Encoding')?.trim().toLowerCase() || 'identity'
  if (encoding !== 'identity') {
    throw importProblem('source-failed', 'The source sends a compressed body, which was not requested.')
  }
  const length = headers.get('Content-Length') ?? ''
  const declaredBytes = /^\d+$/.test(length) ? Number(length) : undefined
  if (declaredBytes !== undefined && declaredBytes > maxBytes) throw payloadTooLarge(maxBytes)
  return { url, headers, body, declaredBytes }
}

/** Closes the connection. */
async function drop(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {})
}

/**
 * The bytes of the body. Throws if the source is too slow or stops early, and always closes the connection. If the length is
 * not declared and the source closes the connection cleanly, a truncated body cannot be detected.
 */
async function* readSource(
  { body, declaredBytes }: Source,
  limits: ImportLimits,
): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  const endsAtMs = Date.now() + limits.bodyMs
  let received = 0
  try {
    for (;;) {
      // Only waiting for the source counts, not the time in which the chunk is stored.
      const waitMs = Math.min(limits.idleMs, endsAtMs - Date.now())
      const reading = reader.read().catch((error: unknown) => Promise.reject(endedEarly(error)))
      const { done, value } = await withTimeout(waitMs, reading, tooSlow)
      if (done) break
      received += value.byteLength
      yield value
    }
    if (declaredBytes !== undefined && received !== declaredBytes) throw endedEarly()
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function tooSlow() {
  return importProblem('source-failed', 'The source sends too slowly.')
}

function endedEarly(cause?: unknown) {
  return importProblem('source-failed', 'The source ended early.', cause)
}

/** The last segment of a URL's path, decoded. */
export function nameInPath(url: URL): string | undefined {
  const segment = url.pathname.split('/').at(-1) ?? ''
  if (segment === '') return undefined
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // its escapes are not UTF-8
  }
}

/** What is wrong with the source. `detail` never contains a byte that the source has sent. */
function importProblem(name: 'source-refused' | 'source-failed', detail: string, cause?: unknown): Problem {
  return new Problem(name, { detail, errors: [{ pointer: '/url', detail }], cause })
}
