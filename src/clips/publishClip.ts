/** Makes a clip of a staged upload: verify, promote, insert. README.md has the invariants that this order keeps. */
import { deleteAudioOrLog } from '../audio/objects.ts'
import { probe } from '../audio/probe.ts'
import { promoteUpload } from '../audio/promoteUpload.ts'
import type { Staged } from '../audio/stageUpload.ts'
import { insertClip, isSameAudio, selectClip, selectSameAudio, markClipIdsUsed } from '../db/clips.ts'
import { isDatabaseUnavailable, type Database } from '../db/connection.ts'
import { selectRowStates } from '../db/maintenance.ts'
import type { ClipRow, NewClipRow } from '../db/schema.ts'
import { Problem, type Place } from '../http/problem.ts'
import { retry } from '../http/retry.ts'
import type { NewClipFields } from './clipFields.ts'
import { describeClip, nameAtUpload } from './clipText.ts'
import { showCreated, type Attempt, type Created } from './idempotency.ts'

/**
 * An insert that reaches Postgres later than this after its first try does nothing. It is much longer than the tries take (half
 * a minute), because the clocks of Worker and Postgres may differ.
 */
export const insertWindowMs = 60 * 60_000

/** What the request asks for. */
type NewClip = {
  fields: NewClipFields
  /** The file's own name. */
  fileName: string | undefined
  /** Where the request can have a title. */
  titlePlace: Place
  /** The API key that the clip will belong to; null for `ADMIN_KEY`. */
  ownerId: string | null
  /** Whether the owner may have the same audio twice. */
  allowDuplicate: boolean
  /** Scheme and host of the links. */
  origin: string
}

/**
 * Publishes the upload, or returns the clip of another attempt with the same key that was faster. Throws 409 for audio that
 * the owner has already, 415 for what is not audio, 422 for damaged audio.
 */
export async function publishClip(
  bucket: R2Bucket,
  db: Database,
  staged: Staged,
  attempt: Attempt,
  clip: NewClip,
): Promise<Created> {
  const { fileName, ownerId, allowDuplicate, origin } = clip
  const sha256 = staged.sha256.toHex()
  const same = allowDuplicate ? undefined : await findSameAudio(db, ownerId, sha256)
  if (same) return await answerDuplicate(attempt, same, origin)
  const { tags, ...sound } = await probe(bucket, staged)
  const text = describeClip(clip.fields, tags, fileName, clip.titlePlace)
  const row = { id: attempt.id, ...text, ...sound, size: staged.size, sha256, ownerId }
  await promoteUpload(bucket, attempt.id, staged, {
    contentType: sound.contentType,
    fileName: nameAtUpload(fileName, text.title),
    visibility: text.visibility,
    ownerId,
    revision: 1,
  })
  return await insert(bucket, db, { ...row, deliberateDuplicate: allowDuplicate }, attempt, origin)
}

/**
 * Inserts the row of promoted audio. An insert may have succeeded although its answer was lost, and may take effect after
 * nobody waits for it. So the audio goes only when the id is used and has no row.
 */
async function insert(
  bucket: R2Bucket,
  db: Database,
  row: NewClipRow,
  attempt: Attempt,
  origin: string,
): Promise<Created> {
  const { inserted, same } = await insertUnlessSame(db, row, attempt)
  // An earlier try may have inserted it.
  const own = inserted ?? (await giveUp(bucket, db, attempt.id))
  if (own) return showCreated(own, origin)
  if (same) return await answerDuplicate(attempt, same, origin)
  const created = await attempt.answerElsewhere()
  if (created) return created
  throw new Problem('database-unavailable', {
    cause: 'the clip was deleted at once, or its insert came too late',
  })
}

/** How often an insert begins again because the same audio was in its way, and then was deleted. */
const maxInserts = 3

/** The row; or the clip of the same audio that is in its way; or neither, if the insert did nothing. */
async function insertUnlessSame(
  db: Database,
  row: NewClipRow,
  attempt: Attempt,
): Promise<{ inserted?: ClipRow | undefined; same?: ClipRow }> {
  const condition = { attempt: attempt.key, notAfter: new Date(Date.now() + insertWindowMs) }
  for (let inserts = 0; inserts < maxInserts; inserts += 1) {
    try {
      return {
        inserted: await retry(async () => await insertClip(db, row, condition), isDatabaseUnavailable),
      }
    } catch (error) {
      if (!isSameAudio(error)) throw error
    }
    const same = await findSameAudio(db, row.ownerId ?? null, row.sha256)
    // Without one, it was deleted just now.
    if (same) return { same }
  }
  return {}
}

/**
 * Takes the id out of use, so that no try can insert the clip any more. Returns its row if one has; else deletes its audio, if
 * Postgres says explicitly that there is no row: an empty answer condemns nothing.
 */
async function giveUp(bucket: R2Bucket, db: Database, id: string): Promise<ClipRow | undefined> {
  await retry(async () => await markClipIdsUsed(db, [id]), isDatabaseUnavailable)
  const row = await retry(async () => await selectClip(db, id), isDatabaseUnavailable)
  if (row) return row
  const states = await retry(async () => await selectRowStates(db, [id]), isDatabaseUnavailable)
  if (states.get(id) === 'absent') await deleteAudioOrLog(bucket, id)
  return undefined
}

async function findSameAudio(
  db: Database,
  ownerId: string | null,
  sha256: string,
): Promise<ClipRow | undefined> {
  return await retry(async () => await selectSameAudio(db, ownerId, sha256), isDatabaseUnavailable)
}

/** Throws 409, unless the same audio is the clip of another attempt at this very request. */
async function answerDuplicate(attempt: Attempt, same: ClipRow, origin: string): Promise<Created> {
  const created = await attempt.answerElsewhere()
  if (created) return created
  const path = `/api/clips/${same.id}`
  throw new Problem('duplicate-audio', {
    detail: 'It is the clip at `clip_url`. Send it with `?allow_duplicate=true` to have it twice.',
    members: { clip_id: same.id, clip_url: origin + path },
    headers: { Location: path },
  })
}
