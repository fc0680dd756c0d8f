/** The queue of plays: its messages, and the consumer that writes them. */
import { z } from 'zod'
import { isClash, isDatabaseUnavailable, type Database } from '../db/connection.ts'
import { recordPlays, type PlayEvent } from '../db/plays.ts'
import { describeError, logLine } from '../http/log.ts'
import { retry } from '../http/retry.ts'

/** A message. Postgres accepts every one that fits, because a batch must not fail for one of its events. */
export const PlayMessage: z.ZodType<PlayEvent> = z.strictObject({
  id: z.uuid(),
  clip: z.uuid(),
  listener: z.string().regex(/^[0-9a-f]{64}$/),
  country: z
    .string()
    .regex(/^[A-Z][A-Z0-9]$/)
    .nullable(),
  at: z.iso.datetime({ precision: 3 }).refine(isPast),
})

/** Clocks differ a little. A start in the far future would never be pruned. */
function isPast(at: string): boolean {
  return at >= '2020' && Date.parse(at) < Date.now() + 60_000
}

/**
 * Writes a batch in one statement. One that clashes, with the deletion of a clip for example, is tried again at once. If it
 * still fails, the batch is divided until each play that fails is alone: only those are retried, after the `retry_delay` of
 * wrangler.toml. Any division counts the same. Without Postgres the whole batch waits.
 */
export async function consumePlays(
  plays: Map<Message, PlayEvent>,
  db: Database,
  playWindowSeconds: number,
): Promise<void> {
  if (plays.size === 0) return
  try {
    await retry(async () => await recordPlays(db, [...plays.values()], playWindowSeconds), isClash)
    for (const message of plays.keys()) message.ack()
  } catch (error) {
    if (plays.size > 1 && !isDatabaseUnavailable(error)) {
      for (const half of halves(plays)) await consumePlays(half, db, playWindowSeconds)
      return
    }
    logLine('warn', 'plays-not-recorded', { plays: plays.size, error: describeError(error) })
    for (const message of plays.keys()) message.retry()
  }
}

function halves<Key, Value>(map: Map<Key, Value>): Map<Key, Value>[] {
  const entries = [...map]
  const middle = Math.ceil(entries.length / 2)
  return [new Map(entries.slice(0, middle)), new Map(entries.slice(middle))]
}
