/** Sends a play to the queue. */
import { v7 as uuidv7 } from 'uuid'
import type { PlayEvent } from '../db/plays.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { listenerId, type Signs } from './listener.ts'

/**
 * The audio goes first. A Worker has one thread: what is computed at once is computed before the first byte is sent, which
 * was measurable (see README.md). waitUntil leaves 30 s after the last byte.
 */
const headStartMs = 100

/** How long to wait before each further try, in milliseconds. */
const pausesMs = [100, 1000]

/**
 * Sends one message, again if the queue refuses it: with the same id, so that a refusal which was none does no harm.
 * What cannot be sent at all is written to the log whole, from where it can still be counted.
 */
export async function reportPlay(
  queue: Queue,
  { clip, country, ...signs }: Signs & { clip: string; country: string | null },
  signingKey: string,
): Promise<void> {
  await scheduler.wait(headStartMs)
  const listener = await listenerId(signs, signingKey)
  const event: PlayEvent = { id: uuidv7(), clip, listener, country, at: signs.at.toISOString() }
  for (const pauseMs of [...pausesMs, undefined]) {
    try {
      await queue.send(event)
      return
    } catch (error) {
      if (pauseMs === undefined)
        logLine('error', 'play-not-sent', { play: event, error: describeError(error) })
      else await scheduler.wait(pauseMs)
    }
  }
}
