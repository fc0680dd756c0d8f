import type { PurgeCached } from '../http/cachedEntrypoint.ts'
import { describeError } from '../http/onError.ts'
import { logLine } from '../http/requestLog.ts'
import { cacheTag } from './describeAudio.ts'

/** A purge takes this many tags at most (Cloudflare, "Purge cache": operations per request). */
const tagsPerPurge = 100

/** Has the cache drop the audio of clips. False if it refused some, which goes to the log. */
export async function forgetCached(purge: PurgeCached, ...clipIds: string[]): Promise<boolean> {
  let forgotten = true
  for (let first = 0; first < clipIds.length; first += tagsPerPurge) {
    const ids = clipIds.slice(first, first + tagsPerPurge)
    try {
      await purge(ids.map(cacheTag))
    } catch (error) {
      forgotten = false
      logLine('warn', 'purge-refused', { clip: ids.join(' '), error: describeError(error) })
    }
  }
  return forgotten
}
