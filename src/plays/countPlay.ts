/** Counts plays: looks at every response of the stream route, and sends a message for each play. */
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import { networkOf } from '../access/rateLimit.ts'
import { parseContentRange, parseRange } from '../audio/range.ts'
import type { PlayEvent } from '../db/plays.ts'
import { describeError, logLine } from '../http/log.ts'
import { retry } from '../http/retry.ts'
import type { Middleware } from '../http/router.ts'
import { judge, type Rejection, type Start } from './play.ts'
import { recogniseAgent } from './userAgent.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Why this request for audio is no play; undefined if it is one. */
    playRejection: Rejection | undefined
  }
}

/** Cloudflare's code of a country (T1 is Tor); null for XX, which is unknown, and for anything else. */
const Country = z
  .string()
  .regex(/^(?!XX)[A-Z][A-Z0-9]$/)
  .nullable()
  .catch(null)

/** Judges after the response is decided. The message is sent behind it, so no byte waits for it. */
export const countPlay: Middleware = async (c, next) => {
  await next()
  const verdict = judge(startOf(c.req.raw, c.res))
  if ('rejected' in verdict) {
    c.set('playRejection', verdict.rejected)
    return
  }
  const listener = {
    // Cloudflare sets this header, whatever the client sends.
    address: c.req.header('CF-Connecting-IP') ?? '',
    userAgent: c.req.header('User-Agent') ?? '',
    at: new Date(),
  }
  const clip = (c.req.param('id') ?? '').toLowerCase()
  const country = Country.parse(c.req.raw.cf?.country)
  c.executionCtx.waitUntil(sendPlay(c.env.PLAYS, { clip, country, listener }, c.var.settings.signingKey))
}

function startOf({ method, headers }: Request, response: Response): Start {
  return {
    method,
    status: response.status,
    purposes: [headers.get('Sec-Purpose') ?? undefined, headers.get('Purpose') ?? undefined],
    agent: recogniseAgent(headers.get('User-Agent') ?? undefined),
    requested: parseRange(headers.get('Range')),
    sent: parseContentRange(response.headers.get('Content-Range'))?.part,
  }
}

/**
 * A Worker has one thread, and work that starts at once delays the first byte measurably (test/benchmarks). `waitUntil` ends
 * 30 s after the last byte.
 */
const delayMs = 100

type Play = { clip: string; country: string | null; listener: ListenerTraits }

/** Sends the message, and retries with the same event id. A play that cannot be sent is logged whole, to be counted later. */
async function sendPlay(queue: Queue, { clip, country, listener }: Play, signingKey: string): Promise<void> {
  await scheduler.wait(delayMs)
  const event: PlayEvent = {
    id: uuidv7(),
    clip,
    listener: await listenerId(listener, signingKey),
    country,
    at: listener.at.toISOString(),
  }
  try {
    await retry(async () => await queue.send(event))
  } catch (error) {
    logLine('error', 'play-not-sent', { play: event, error: describeError(error) })
  }
}

/** What a listener is recognised by. None of it is stored or logged. */
export type ListenerTraits = { address: string; userAgent: string; at: Date }

/**
 * SHA-256 of network, user agent and a secret that changes each UTC day: a listener has one id for a day. Only the holder of
 * the signing key could test a guess.
 */
export async function listenerId(
  { address, userAgent, at }: ListenerTraits,
  signingKey: string,
): Promise<string> {
  const secret = await secretOfDay(at.toISOString().slice(0, 10), signingKey)
  // A header has no line breaks, so different listeners have different texts.
  const text = [secret, networkOf(address), userAgent].join('\n')
  return toHex(await crypto.subtle.digest('SHA-256', toBytes(text)))
}

async function secretOfDay(date: string, signingKey: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', toBytes(signingKey), algorithm, false, ['sign'])
  return toHex(await crypto.subtle.sign(algorithm, key, toBytes(`listener ${date}`)))
}

const toBytes = (text: string) => new TextEncoder().encode(text)
const toHex = (buffer: ArrayBuffer) => new Uint8Array(buffer).toHex()
