/** GET and HEAD /api/clips/{id}/stream: the audio, from the cache or R2. The database is never asked. */
import type { CachedEntrypoint } from '../http/cachedEntrypoint.ts'
import { readProblem } from '../http/problem.ts'
import type { Handler } from '../http/router.ts'
import { validId } from '../http/valid.ts'
import { answerConformantly, type AskAudio } from './answerConformantly.ts'
import { finishHeaders } from './finishHeaders.ts'
import { parseRange, writeRange } from './range.ts'
import { readAudio, type AudioQuestion } from './readAudio.ts'

/** What the world meets. Those who may hear private audio get it from R2 itself, all others through the cache. */
export const streamAudio: Handler = async (c) => {
  const clipId = validId(c.req.param('id'), 'clip-not-found')
  const ask: AskAudio = c.var.caller.admin
    ? async (question) => await readAudio(c.env.BUCKET, { clipId, ...question }, true)
    : async (question) => await askCache(c.var.cached, c.req.url, { clipId, ...question })
  const answer = await answerConformantly(c.req.raw, ask)
  if (answer.sending) c.executionCtx.waitUntil(answer.sending)
  return finishHeaders(answer.response, c.req.raw)
}

/** What the Cached entrypoint answers: plain questions about public audio. */
export const streamCachedAudio: Handler = async (c) => {
  const clipId = validId(c.req.param('id'), 'clip-not-found')
  const range = parseRange(c.req.header('Range') ?? null)?.at(0)
  const method = c.req.method === 'HEAD' ? 'HEAD' : 'GET'
  return await readAudio(c.env.BUCKET, { clipId, method, range }, false)
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
