/** Makes a clip of a staged upload: verify, promote, insert. */
import { probe } from '../audio/probe.ts'
import { promoteUpload } from '../audio/promoteUpload.ts'
import type { Staged } from '../audio/stageUpload.ts'
import { insertClip, isSameAudio, selectClip, selectSameAudio } from '../db/clips.ts'
import { isDatabaseUnavailable, type Database } from '../db/connection.ts'
import type { ClipRow } from '../db/schema.ts'
import { Problem } from '../http/problem.ts'
import { retry } from '../http/retry.ts'
import type { NewClipFields } from './clipFields.ts'
import { describeClip, nameAtUpload } from './clipText.ts'
import type { Attempt } from './idempotency.ts'

/** The fields of the request, and the file's own name. */
type Sent = { fields: NewClipFields; fileName: string | undefined }

/** The API key that the clip will belong to (null for `ADMIN_KEY`), and whether it may have the same audio twice. */
type Owner = { ownerId: string | null; allowDuplicate: boolean }

/** The clip that an earlier attempt with the same key has published. It may have been edited since. */
export async function selectPublished(db: Database, attempt: Attempt): Promise<ClipRow | undefined> {
  return attempt.mayHaveSucceeded ? await selectClip(db, attempt.clipId) : undefined
}

/** Throws 409 for audio that the owner has already, 415 for what is not audio, 422 for damaged audio. */
export async function publishClip(
  bucket: R2Bucket,
  db: Database,
  id: string,
  staged: Staged,
  { fields, fileName }: Sent,
  { ownerId, allowDuplicate }: Owner,
): Promise<ClipRow> {
  const sha256 = staged.sha256.toHex()
  if (!allowDuplicate) await refuseDuplicate(db, ownerId, sha256, id)
  const { tags, ...sound } = await probe(bucket, staged)
  const text = describeClip(fields, tags, fileName)
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
    if (isSameAudio(error)) await refuseDuplicate(db, ownerId, sha256, id)
    throw error
  }
}

/** A row with the same id is no duplicate: an earlier attempt inserted it. */
async function refuseDuplicate(
  db: Database,
  ownerId: string | null,
  sha256: string,
  id: string,
): Promise<void> {
  const same = await retry(async () => await selectSameAudio(db, ownerId, sha256), isDatabaseUnavailable)
  if (!same || same.id === id) return
  throw new Problem('duplicate-audio', {
    detail: 'Send it with `?allow_duplicate=true` to have it twice.',
    headers: { Location: `/api/clips/${same.id}` },
  })
}
