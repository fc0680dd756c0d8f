/** Asks for the audio that an import names: each address is checked before it is asked, redirects are followed here. */
import { tooLarge } from '../../audio/arrive.ts'
import { checkSourceUrl, sourceRefusals, type SourceRules } from './checkSourceUrl.ts'
import { importProblem } from './importProblem.ts'
import type { ImportLimits } from './limits.ts'

/** A source that has begun to answer with what may be audio. */
export type Source = {
  /** Where the last redirect has led. */
  url: URL
  headers: Headers
  body: ReadableStream<Uint8Array> | null
  /** What the source says the length is. */
  declaredBytes: number | undefined
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** Throws 413 or 422; by then no connection is left open. */
export async function openSource(
  first: URL,
  rules: SourceRules,
  limits: ImportLimits,
  maxBytes: number,
): Promise<Source> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), limits.headersMs)
  try {
    const { url, response } = await follow(first, rules, limits.redirects, patience.signal)
    try {
      return readAnswer(url, response, maxBytes)
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
  refuseUnfit(url, rules)
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await ask(url, rules, signal)
    if (!redirectStatuses.has(response.status)) return { url, response }
    await drop(response)
    url = redirectTarget(url, response.headers.get('Location'), rules)
  }
  throw importProblem('source-failed', `The source redirects more than ${maxRedirects} times.`)
}

async function ask(url: URL, rules: SourceRules, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url.href, {
      headers: askedWith(rules),
      redirect: 'manual',
      cache: 'no-store',
      signal,
    })
  } catch (error) {
    const detail = signal.aborted ? 'The source did not answer in time.' : 'The source cannot be reached.'
    throw importProblem('source-failed', detail, error)
  }
}

/** No cookie, no key: the source learns who asks, and nothing else. Only plain bytes can be held against their length. */
function askedWith({ ownOrigin }: SourceRules): Record<string, string> {
  return { Accept: 'audio/*', 'Accept-Encoding': 'identity', 'User-Agent': `Clips/1 (+${ownOrigin})` }
}

function redirectTarget(from: URL, location: string | null, rules: SourceRules): URL {
  const target = location === null ? null : URL.parse(location, from.href)
  if (!target) throw importProblem('source-failed', 'The source redirects without saying where to.')
  refuseUnfit(target, rules, 'A redirect leads astray. ')
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw importProblem('source-refused', 'A redirect leads from https to http.')
  }
  return target
}

function refuseUnfit(url: URL, rules: SourceRules, where = ''): void {
  const answer = checkSourceUrl(url, rules)
  if (answer !== 'ok') throw importProblem('source-refused', where + sourceRefusals[answer])
}

function readAnswer(url: URL, { status, headers, body }: Response, maxBytes: number): Source {
  if (status !== 200) throw importProblem('source-failed', `The source answers with status ${status}.`)
  const encoding = headers.get('Content-Encoding')?.trim().toLowerCase() || 'identity'
  if (encoding !== 'identity') {
    throw importProblem('source-failed', 'The source answers in compressed form, which was not asked for.')
  }
  const length = headers.get('Content-Length') ?? ''
  const declaredBytes = /^\d+$/.test(length) ? Number(length) : undefined
  if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge(maxBytes)
  return { url, headers, body, declaredBytes }
}

/** Closes the connection; what it still had to say does not matter. */
async function drop(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {})
}
