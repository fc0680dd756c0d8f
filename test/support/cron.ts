/** Runs of the cron, and a library that it has work with. */
import { createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { CachedEntrypoint } from '../../src/http/cache.ts'
import { scheduledHandler } from '../../src/maintenance/scheduled.ts'
import { contextWith, uncached } from './product.ts'
import { idOf, makeClip, storeAudio, writeRow } from './reconciling.ts'

export async function runCron(
  scheduledTime: Date,
  bindings: Env = env,
  purge: CachedEntrypoint['purge'] = async () => {},
): Promise<void> {
  const context = contextWith({ ...uncached(bindings), purge })
  await scheduledHandler(createScheduledController({ scheduledTime }), bindings, context)
  await waitOnExecutionContext(context)
}

/** One orphan, one clip, one row without audio, one foreign key. */
export async function disagreements(): Promise<void> {
  await storeAudio(idOf(1))
  await makeClip(idOf(2))
  await writeRow(idOf(3))
  await env.BUCKET.put('clips/readme.txt', 'x')
}
