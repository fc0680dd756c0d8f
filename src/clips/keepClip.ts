/** Makes a clip of what has arrived. */
import type { Arrived } from '../audio/arrive.ts'
import { commit } from '../audio/commit.ts'
import { probe, type Probe } from '../audio/probe.ts'
import { insertClip, isSameAudio, selectSameAudio } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import { retried } from '../db/retried.ts'
import type { ClipRow, NewClipRow } from '../db/clipTable.ts'
import { Problem } from '../http/problem.ts'
import { describeClip, type ClipText } from './newClip.ts'
import type { Upload } from './receiveUpload.ts'

/** Whose the clip will be (null: the admin's), and whether it may be of audio that they have already. */
export type Owned = { ownerId: string | null; allowDuplicate: boolean }

/** Verifies, commits and records. Throws 409 for audio that is there already, 415 and 422 as the file deserves. */
export async function keepClip(
  bucket: R2Bucket,
  database: Database,
  id: string,
  upload: Upload,
  owned: Owned,
): Promise<ClipRow> {
  const { arrived } = upload
  const sha256 = arrived.sha256.toHex()
  if (!owned.allowDuplicate) await refuseDuplicate(database, owned.ownerId, sha256, id)
  const probed = await probe(bucket, arrived)
  const text = describeClip(upload.fields, probed.tags, upload.fileName)
  await commit(bucket, id, arrived, {
    ...text,
    contentType: probed.contentType,
    ownerId: owned.ownerId,
  })
  try {
    // The insert may have been committed though its answer was lost: it is repeated with the same id, and the
    // audio stays whatever comes of it. What has no row in the end is collected later.
    return await retried(() => insertClip(database, newRow(id, text, probed, arrived, owned)))
  } catch (error) {
    // Somebody uploaded the same at the same time, and was first.
    if (isSameAudio(error)) await refuseDuplicate(database, owned.ownerId, sha256, id)
    throw error
  }
}

/** A row with our own id is no duplicate: an attempt before this one made it. */
async function refuseDuplicate(
  database: Database,
  ownerId: string | null,
  sha256: string,
  id: string,
): Promise<void> {
  const same = await retried(() => selectSameAudio(database, ownerId, sha256))
  if (!same || same.id === id) return
  throw new Problem('duplicate-audio', {
    detail: 'Send it with `?allow_duplicate=1` to have it twice.',
    headers: { Location: `/api/clips/${same.id}` },
  })
}

function newRow(id: string, text: ClipText, probed: Probe, arrived: Arrived, owned: Owned): NewClipRow {
  const { duration, codec, bitrate, sampleRate, channels, contentType } = probed
  const audio = { duration, codec, bitrate, sampleRate, channels, contentType }
  const bytes = { size: arrived.size, sha256: arrived.sha256.toHex() }
  return {
    id,
    ...text,
    ...audio,
    ...bytes,
    ownerId: owned.ownerId,
    deliberateDuplicate: owned.allowDuplicate,
  }
}
