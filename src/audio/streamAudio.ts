/** GET and HEAD /api/clips/{id}/stream: the audio, from the cache or R2. The database is never asked. */
import { checkLink } from '../access/signedLink.ts'
import { anonymous, mayRead, type Caller } from '../access/scope.ts'
import type { CachedEntrypoint } from '../http/cachedEntrypoint.ts'
import { describeError } from '../http/onError.ts'
import { Problem, readProblem } from '../http/problem.ts'
import { logLine } from '../http/requestLog.ts'
import type { Handler } from '../http/router.ts'
import type { Settings } from '../http/settings.ts'
import { validId } from '../http/valid.ts'
import { answerConformantly, type AskAudio } from './answerConformantly.ts'
import { finishHeaders } from './finishHeaders.ts'
import { parseRange, writeRange } from './range.ts'
import { readAudio, type AudioQuestion, type MayHear } from './readAudio.ts'

/** What the world meets. Those with a key or a link get private audio from R2 itself, all others go by the cache. */
export const streamAudio: Handler = async (c) => {
  const clipId = validId(c.req.param('id'), 'clip-not-found')
  const link = await linkVerdict(c.var.settings, c.req.url, clipId)
  const mayHear = link === 'good' ? () => true : hears(c.var.caller)
  const ask: AskAudio = mayHear
    ? async (question) => await readAudio(c.env.BUCKET, { clipId, ...question }, mayHear)
    : async (question) => await askCache(c.var.cached, c.req.url, { clipId, ...question })
  const answer = await answerConformantly(c.req.raw, ask).catch((error: unknown) => {
    // Whoever has a link that we signed knows of the clip: they may know that their link has ended.
    const ended = link === 'expired' && error instanceof Problem && error.problem === 'clip-not-found'
    throw ended ? new Problem('link-expired') : error
  })
  // A listener who hangs up is no failure of ours; nor can anybody be told of a part that cannot be read by now.
  const sending = answer.sending?.catch((error: unknown) =>
    logLine('info', 'parts-broken-off', { clip: clipId, error: describeError(error) }),
  )
  if (sending) c.executionCtx.waitUntil(sending)
  return finishHeaders(answer.response, c.req.raw)
}

/** What the Cached entrypoint answers: plain questions about public audio. */
export const streamCachedAudio: Handler = async (c) => {
  const clipId = validId(c.req.param('id'), 'clip-not-found')
  const range = parseRange(c.req.header('Range') ?? null)?.at(0)
  const method = c.req.method === 'HEAD' ? 'HEAD' : 'GET'
  return await readAudio(c.env.BUCKET, { clipId, method, range }, () => false)
}

async function linkVerdict({ signingKey, previousSigningKey }: Settings, url: string, clipId: string) {
  const keys = [signingKey, ...(previousSigningKey === undefined ? [] : [previousSigningKey])]
  const { searchParams } = new URL(url)
  return await checkLink(`/api/clips/${clipId}/stream`, searchParams, keys, Date.now() / 1000)
}

/** What private audio a key's holder may hear; undefined without a key. */
function hears(caller: Caller): MayHear | undefined {
  return caller === anonymous ? undefined : (label) => mayRead(caller, label) === 'yes'
}

/** The cache's key is path and query: nothing of what was asked goes along but the clip and the range. */
async function askCache(
  cached: CachedEntrypoint,
  url: string,
  { clipId, method, range }: AudioQuestion,
): Promise<Response> {
  const address = new URL(`/api/clips/${clipId}/stream`, url)
  const headers: HeadersInit = range ? { Range: writeRange(range) } : {}
  const response = await cached.fetch(new Request(address, { method, headers }))
  if (!response.ok && response.status !== 416) {
    throw await readProblem(response, ['clip-not-found', 'storage-away'])
  }
  return response
}
