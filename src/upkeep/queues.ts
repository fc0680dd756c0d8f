/** Every queue that this Worker consumes, by name. */
import { consumePlays } from '../plays/consumePlays.ts'

type Consume = (batch: MessageBatch, env: Env) => Promise<void>

const consumers: Record<string, Consume> = {
  'clips-plays': consumePlays,
}

/** Hands a batch to its queue's consumer. One of a queue that nobody knows is not lost: it is retried. */
export async function queue(batch: MessageBatch, env: Env): Promise<void> {
  const consume = consumers[batch.queue]
  if (!consume) throw new Error(`nobody consumes the queue ${batch.queue}`)
  await consume(batch, env)
}
