/**
 * The audio objects in R2: their keys, their metadata, their visibility, and their deletion.
 *
 * The metadata is what streaming needs to know of a clip without asking Postgres. R2 cannot change it, so a new visibility
 * copies the object onto itself.
 */
import { z } from 'zod'
import { selectVisibility, type RowVisibility } from '../db/clips.ts'
import type { Database } from '../db/connection.ts'
import { logLine } from '../http/log.ts'
import { awaitStorage, briefTimeoutMs, retryStorageRead } from '../http/storage.ts'

/** Uploads that are no clip yet. Everything under this prefix is cleared after a day. */
export const incomingPrefix = 'incoming/'
/** The objects of all clips. */
export const clipsPrefix = 'clips/'

export function incomingKey(attemptId: string): string {
  return `${incomingPrefix}${attemptId}`
}

export function audioKey(clipId: string): string {
  return `${clipsPrefix}${clipId}/audio`
}

/** The waveform of a clip, once its sound is analysed. It has no metadata: it is as visible as the audio. */
export function waveformKey(clipId: string): string {
  return `${clipsPrefix}${clipId}/waveform`
}

/** The clip that a key belongs to, `clips/{id}/…`; undefined if it belongs to none. */
export function clipIdOf(key: string): string | undefined {
  return /^clips\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//.exec(key)?.[1]
}

export type AudioMetadata = {
  /** By the bytes. */
  contentType: string
  /** The file's name at upload, for downloads. */
  fileName: string
  visibility: 'public' | 'private'
  /** The API key that owns the clip; null for `ADMIN_KEY`. */
  ownerId: string | null
  /** The revision of the row whose visibility this is; 0 if it is not known. */
  revision: number
  /** When the bytes were first stored. A copy keeps it. */
  storedAt: Date
}

const CustomMetadata = z.object({
  filename: z.string().transform(decodeFileName),
  visibility: z.enum(['public', 'private']),
  owner: z.uuid().optional(),
  revision: z.coerce.number().default(0),
  storedat: z.iso.datetime().transform((time) => new Date(time)),
})

/** Metadata in the form of R2. The name is percent-encoded, because S3 clients see these values as HTTP headers. */
export function writeMetadata(metadata: AudioMetadata): {
  httpMetadata: R2HTTPMetadata
  customMetadata: Record<string, string>
} {
  return {
    httpMetadata: { contentType: metadata.contentType },
    customMetadata: {
      filename: encodeURIComponent(metadata.fileName),
      visibility: metadata.visibility,
      ...(metadata.ownerId !== null && { owner: metadata.ownerId }),
      revision: String(metadata.revision),
      storedat: metadata.storedAt.toISOString(),
    },
  }
}

/** The metadata of an object. If it is malformed, the audio counts as private. */
export function readMetadata(object: R2Object): AudioMetadata {
  const contentType = object.httpMetadata?.contentType ?? 'application/octet-stream'
  const custom = CustomMetadata.safeParse(object.customMetadata)
  if (!custom.success) {
    const unknown = { fileName: '', visibility: 'private', ownerId: null, revision: 0 } as const
    return { contentType, ...unknown, storedAt: object.uploaded }
  }
  const { filename: fileName, owner: ownerId = null, storedat: storedAt, ...rest } = custom.data
  return { contentType, fileName, ownerId, storedAt, ...rest }
}

function decodeFileName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return ''
  }
}

/** How often the metadata is written and the row read again, while edits go on. */
const maxSyncs = 4

/**
 * Whether anything was written, whether metadata and row agree in the end, and the revision of the row that was read last
 * (undefined if there is no row).
 */
export type Synced = { written: boolean; inSync: boolean; revision: number | undefined }

/**
 * Gives the audio the visibility of its row, and reads the row again: an edit between the two has either written its own
 * metadata after ours, or is seen by the second read. So the last edit wins. A clip without a row is in sync.
 */
export async function syncMetadata(bucket: R2Bucket, db: Database, clipId: string): Promise<Synced> {
  let revision: number | undefined
  for (let syncs = 0; syncs < maxSyncs; syncs += 1) {
    const row = await selectVisibility(db, clipId)
    revision = row?.revision
    const written = syncs > 0
    if (!row || !(await writeVisibility(bucket, clipId, row))) return { written, inSync: true, revision }
  }
  logLine('warn', 'metadata-not-in-sync', { clip: clipId })
  return { written: true, inSync: false, revision }
}

/**
 * Whether the audio must be written again. While a change is pending, an older write may still be under way: only a write of
 * this revision ends that, because each write is conditional on the one before it.
 */
export function needsWrite({ visibility, revision }: AudioMetadata, row: RowVisibility): boolean {
  return visibility !== row.visibility || (row.purgePending && revision !== row.revision)
}

/**
 * Copies the audio onto itself with the visibility of its row. Bytes, tag and date stay, and R2 checks the digest. False if
 * there is nothing to write: the visibility is right, or the audio is gone (the reconciler reports that).
 */
async function writeVisibility(bucket: R2Bucket, clipId: string, row: RowVisibility): Promise<boolean> {
  const key = audioKey(clipId)
  const head = await retryStorageRead(async () => await bucket.head(key))
  if (!head || !needsWrite(readMetadata(head), row)) return false
  const object = await retryStorageRead(async () => await bucket.get(key))
  if (!object) return false
  const { sha256 } = object.checksums
  const { visibility, revision } = row
  await awaitStorage(
    bucket.put(key, object.body, {
      ...writeMetadata({ ...readMetadata(object), visibility, revision }),
      onlyIf: sameUpload(object),
      ...(sha256 && { sha256 }),
    }),
  )
  return true
}

/**
 * The object must be the one that was read: not written since, and not deleted. Its tag does not tell, because each copy has
 * the same bytes. Its time does: R2 compares it in milliseconds, unless `secondsGranularity` is set, and `uploadedAfter` fails
 * where there is no object (Cloudflare, "R2: conditional operations").
 */
function sameUpload({ uploaded }: R2Object): R2Conditional {
  const timeMs = uploaded.getTime()
  return { uploadedAfter: new Date(timeMs - 1), uploadedBefore: new Date(timeMs + 1) }
}

/** Deletes the audio, and what was made of it, of a clip that has no row and never gets one again. Throws if R2 fails. */
export async function deleteAudio(bucket: R2Bucket, clipId: string): Promise<void> {
  await awaitStorage(bucket.delete([audioKey(clipId), waveformKey(clipId)]), briefTimeoutMs)
}

/** The same in a request: if R2 fails, a job or the reconciler deletes the audio later. */
export async function deleteAudioOrLog(bucket: R2Bucket, clipId: string): Promise<void> {
  try {
    await deleteAudio(bucket, clipId)
  } catch (error) {
    logLine('warn', 'audio-not-deleted', { clip: clipId, error: String(error) })
  }
}
