/** Gives stored audio another title or visibility. */
import { Problem } from '../http/problem.ts'
import { readRetried, storageAway } from '../http/storageAway.ts'
import { readLabel, writeLabel, type Label } from './label.ts'
import { audioKey } from './objectKeys.ts'

/**
 * Writes the label that streaming goes by. R2 metadata cannot be changed, so the audio is copied onto itself, as a
 * stream whose digest R2 checks; audio that has this label already is left alone, so that repeating it is cheap.
 * Bytes, tag and date stay. True if anything was written.
 */
export async function relabelAudio(
  bucket: R2Bucket,
  clipId: string,
  wanted: Pick<Label, 'title' | 'visibility'>,
): Promise<boolean> {
  const key = audioKey(clipId)
  const head = await readRetried(() => bucket.head(key))
  if (!head) throw new Problem('clip-not-found')
  const label = readLabel(head)
  if (label.title === wanted.title && label.visibility === wanted.visibility) return false
  const object = await readRetried(() => bucket.get(key))
  if (!object) throw new Problem('clip-not-found')
  const { title, visibility } = wanted
  const { sha256 } = object.checksums
  await storageAway(
    bucket.put(key, object.body, {
      ...writeLabel({ ...label, title, visibility }),
      // A clip deleted meanwhile stays deleted.
      onlyIf: { etagMatches: object.etag },
      ...(sha256 && { sha256 }),
    }),
  )
  return true
}
