import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { logLine } from '../http/requestLog.ts'
import { cacheTag } from './describeAudio.ts'

/** Has the cache drop a clip's audio. A refusal goes to the log: the cache's own lifetime ends it then. */
export async function forgetCached(purge: PurgeCached, clipId: string): Promise<void> {
  try {
    await purge([cacheTag(clipId)])
  } catch (error) {
    logLine('warn', 'purge-refused', { clip: clipId, error: String(error) })
  }
}
