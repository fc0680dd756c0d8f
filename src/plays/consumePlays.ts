/** Takes plays from the queue and writes them, a batch in one statement. */
import { connect } from '../db/connection.ts'
import { recordPlays, type PlayEvent } from '../db/plays.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { readSettings } from '../http/settings.ts'
import { PlayMessage } from './playMessage.ts'

/**
 * Consumes a batch. What is no play goes to the dead-letter queue at once, since it would not become one; the others
 * are written together, or come again together, after the `retry_delay` of wrangler.toml.
 */
export async function consumePlays(batch: MessageBatch, env: Env): Promise<void> {
  const { database, playWindowSeconds } = readSettings(env)
  const events: PlayEvent[] = []
  for (const message of batch.messages) {
    const { data } = PlayMessage.safeParse(message.body)
    if (data) events.push(data)
    else await bury(message, env.PLAYS_DEAD)
  }
  try {
    if (events.length > 0) await recordPlays(connect(database), events, playWindowSeconds)
    batch.ackAll()
  } catch (error) {
    logLine('warn', 'plays-not-recorded', { plays: events.length, error: describeError(error) })
    batch.retryAll()
  }
}

/** A message's own verdict goes before that on its batch. */
async function bury(message: Message, dead: Queue): Promise<void> {
  try {
    await dead.send(message.body)
    message.ack()
    logLine('error', 'no-play', { message: message.id })
  } catch (error) {
    logLine('error', 'no-play-not-buried', { message: message.id, error: describeError(error) })
    message.retry()
  }
}
