/** Makes a clip of a staged upload: verify, promote, insert. */
import { probe } from '../audio/probe.ts'
import { promoteUpload } from '../audio/promoteUpload.ts'
import type { Staged } from '../audio/stageUpload.ts'
import { insertClip, isSameAudio, selectClip, selectSameAudio } from '../db/clips.ts'
import { isDatabaseUnavailable, type Database } from '../db/connection.ts'
import type { ClipRow } from '../db/schema.ts'
import { Problem, type Place } from '../http/problem.ts'
import { retry } from '../http/retry.ts'
import type { NewClipFields } from './clipFields.ts'
import { describeClip, nameAtUpload } from './clipText.ts'
import type { Attempt } from './idempotency.ts'

/** What the request asks for. */
type NewClip = {
  id: string
  fields: NewClipFields
  /** The file's own name. */
  fileName: string | undefined
  /** Where the request can have a title. */
  titlePlace: Place
  /** The API key that the clip will belong to; null for `ADMIN_KEY`. */
  ownerId: string | null
  /** Whether the owner may have the same audio twice. */
  allowDuplicate: boolean
  /** Scheme and host of the links in a problem. */
  origin: string
}

/** The clip that an earlier attempt with the same key has published. It may have been edited since. */
export async function selectPublished(db: Database, attempt: Attempt): Promise<ClipRow | undefined> {
  return attempt.mayHaveSucceeded ? await selectClip(db, attempt.clipId) : undefined
}

/** Throws 409 for audio that the owner has already, 415 for what is not audio, 422 for damaged audio. */
export async function publishClip(
  bucket: R2Bucket,
  db: Database,
  staged: Staged,
  clip: NewClip,
): Promise<ClipRow> {
  const { id, fileName, ownerId, allowDuplicate } = clip
  const sha256 = staged.sha256.toHex()
  if (!allowDuplicate) await refuseDuplicate(db, sha256, clip)
  const { tags, ...sound } = await probe(bucket, staged)
  const text = describeClip(clip.fields, tags, fileName, clip.titlePlace)
  await promoteUpload(bucket, id, staged, {
    contentType: sound.contentType,
    fileName: nameAtUpload(fileName, text.title),
    visibility: text.visibility,
    ownerId,
  })
  const row = {
    id,
    ...text,
    ...sound,
    size: staged.size,
    sha256,
    ownerId,
    deliberateDuplicate: allowDuplicate,
  }
  try {
    // The insert may have succeeded although its answer was lost. So it is retried with the same id, and the audio stays
    // whatever happens. Audio that gets no row is an orphan, which the reconciler deletes.
    return await retry(async () => await insertClip(db, row), isDatabaseUnavailable)
  } catch (error) {
    // Another upload of the same audio was faster.
    if (isSameAudio(error)) await refuseDuplicate(db, sha256, clip)
    throw error
  }
}

/** A row with the same id is no duplicate: an earlier attempt inserted it. */
async function refuseDuplicate(
  db: Database,
  sha256: string,
  { id, ownerId, origin }: NewClip,
): Promise<void> {
  const same = await retry(async () => await selectSameAudio(db, ownerId, sha256), isDatabaseUnavailable)
  if (!same || same.id === id) return
  const path = `/api/clips/${same.id}`
  throw new Problem('duplicate-audio', {
    detail: 'It is the clip at `clip_url`. Send it with `?allow_duplicate=true` to have it twice.',
    members: { clip_id: same.id, clip_url: origin + path },
    headers: { Location: path },
  })
}
