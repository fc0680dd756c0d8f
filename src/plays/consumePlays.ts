/** The queue of plays: its messages, and the consumer that writes a batch in one statement. */
import { z } from 'zod'
import type { Database } from '../db/connection.ts'
import { recordPlays, type PlayEvent } from '../db/plays.ts'
import { describeError, logLine } from '../http/log.ts'

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

/** Writes a batch. It succeeds or is retried as a whole, after the `retry_delay` of wrangler.toml. */
export async function consumePlays(
  plays: Map<Message, PlayEvent>,
  db: Database,
  playWindowSeconds: number,
): Promise<void> {
  try {
    if (plays.size > 0) await recordPlays(db, [...plays.values()], playWindowSeconds)
    for (const message of plays.keys()) message.ack()
  } catch (error) {
    logLine('warn', 'plays-not-recorded', { plays: plays.size, error: describeError(error) })
    for (const message of plays.keys()) message.retry()
  }
}
