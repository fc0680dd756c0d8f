/** Fetches the audio of an import: redirects, timeouts, and one stream of bytes from a host that nobody trusts. */
import { importAgent } from '../audio/ownImport.ts'
import { payloadTooLarge } from '../audio/stageUpload.ts'
import { Problem } from '../http/problem.ts'
import { withTimeout } from '../http/retry.ts'
import { refuseSourceUrl, sourceRefusals, type SourceRules } from './publicHost.ts'

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

/** A source that has answered with a body. */
export type Source = {
  /** The URL after all redirects. */
  url: URL
  headers: Headers
  body: ReadableStream<Uint8Array> | null
  /** The length that the source declares. */
  declaredBytes: number | undefined
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** Sends the request and follows redirects. Throws 413 or 422, and leaves no connection open. */
export async function openSource(
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
function requestHeaders({ ownOrigins }: SourceRules): Record<string, string> {
  return { Accept: 'audio/*', 'Accept-Encoding': 'identity', 'User-Agent': importAgent(ownOrigins) }
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
export async function* readSource(
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

/** What is wrong with the source. `detail` never contains a byte that the source has sent. */
function importProblem(name: 'source-refused' | 'source-failed', detail: string, cause?: unknown): Problem {
  return new Problem(name, { detail, errors: [{ pointer: '/url', detail }], cause })
}
