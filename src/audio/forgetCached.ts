import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { logLine } from '../http/requestLog.ts'
import { cacheTag } from './describeAudio.ts'

/** A purge takes this many tags at most (Cloudflare, "Purge cache": operations per request). */
const tagsPerPurge = 100

/** Has the cache drop the audio of clips. A refusal goes to the log: the cache's own lifetime ends it then. */
export async function forgetCached(purge: PurgeCached, ...clipIds: string[]): Promise<void> {
  for (let first = 0; first < clipIds.length; first += tagsPerPurge) {
    const ids = clipIds.slice(first, first + tagsPerPurge)
    try {
      await purge(ids.map(cacheTag))
    } catch (error) {
      logLine('warn', 'purge-refused', { clip: ids.join(' '), error: String(error) })
    }
  }
}
