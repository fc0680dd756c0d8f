/** The tags of what the cache holds, and their purge. */
import type { CachedEntrypoint } from '../http/cache.ts'
import { describeError, logLine } from '../http/log.ts'

/** The tag of everything about one clip: its audio and its JSON. */
export function clipTag(clipId: string): string {
  return `clip:${clipId}`
}

/** The tag of a clip's JSON alone: most edits do not touch the audio. */
export function clipJsonTag(clipId: string): string {
  return `clip-json:${clipId}`
}

/** The tag of everything that shows several clips. */
export const listsTag = 'lists'

type Purges = Pick<CachedEntrypoint, 'purge'>

/** A purge takes up to this many tags (Cloudflare, "Purge cache": operations per request). One of them is for the lists. */
const clipsPerPurge = 99

/** Purges the audio and the JSON of clips, and all lists. False if the cache refused some of them, which the log shows. */
export async function purgeClips(cached: Purges, clipIds: string[]): Promise<boolean> {
  let purged = true
  for (let first = 0; first < clipIds.length; first += clipsPerPurge) {
    const ids = clipIds.slice(first, first + clipsPerPurge)
    purged = (await purge(cached, [...ids.map(clipTag), listsTag])) && purged
  }
  return purged
}

/** Purges the JSON of an edited clip, and all lists. A refusal is only logged, because the JSON lasts for seconds. */
export async function purgeJson(cached: Purges, clipId: string): Promise<void> {
  await purge(cached, [clipJsonTag(clipId), listsTag])
}

/** Purges all lists, in the same way. */
export async function purgeLists(cached: Purges): Promise<void> {
  await purge(cached, [listsTag])
}

async function purge(cached: Purges, tags: string[]): Promise<boolean> {
  try {
    await cached.purge(tags)
    return true
  } catch (error) {
    logLine('warn', 'purge-refused', { tags: tags.join(' '), error: describeError(error) })
    return false
  }
}
