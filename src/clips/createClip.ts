/** Creating a clip: arrive, verify, commit, record. Each step can be the last without harm. */
import { v7 as uuidv7 } from 'uuid'
import type { Arrived } from '../audio/arrive.ts'
import { clearArrived, commit } from '../audio/commit.ts'
import { incomingKey } from '../audio/objectKeys.ts'
import { probe, type Probe } from '../audio/probe.ts'
import { insertClip } from '../db/clips.ts'
import { connect, type Database } from '../db/connection.ts'
import { retried } from '../db/retried.ts'
import type { NewClipRow } from '../db/schema.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { clipTag, showClip } from './clip.ts'
import { isImport, receiveImport } from './importUrl/receiveImport.ts'
import { describeClip, type ClipText } from './newClip.ts'
import { receiveUpload, type Upload } from './receiveUpload.ts'

/** POST /api/clips: 201 with the Clip and its `Location`. */
export const createClip: Handler = async (c) => {
  const { settings } = c.var
  const bucket = c.env.BUCKET
  const id = uuidv7()
  const key = incomingKey(id)
  try {
    const to = { bucket, key, maxBytes: settings.maxUploadBytes }
    const rules = { allowLoopback: settings.allowLoopbackImports, ownOrigin: publicOrigin(c) }
    const upload = isImport(c.req.raw)
      ? await receiveImport(c.req.raw, to, rules)
      : await receiveUpload(c.req.raw, to)
    const row = await keepClip(bucket, connect(settings.database), id, upload)
    return c.json(showClip(row, publicOrigin(c)), 201, { Location: `/api/clips/${id}`, ETag: clipTag(row) })
  } finally {
    await clearArrived(bucket, key)
  }
}

/** Verifies, commits and records what has arrived. */
async function keepClip(bucket: R2Bucket, database: Database, id: string, upload: Upload) {
  const probed = await probe(bucket, upload.arrived)
  const text = describeClip(upload.fields, probed.tags, upload.fileName)
  await commit(bucket, id, upload.arrived, { ...text, contentType: probed.contentType })
  // The insert may have been committed though its answer was lost: it is repeated with the same id, and the
  // audio stays whatever comes of it. What has no row in the end is collected later.
  return await retried(() => insertClip(database, newRow(id, text, probed, upload.arrived)))
}

function newRow(id: string, text: ClipText, probed: Probe, arrived: Arrived): NewClipRow {
  const { duration, codec, bitrate, sampleRate, channels, contentType } = probed
  const sha256 = new Uint8Array(arrived.sha256).toHex()
  const audio = { duration, codec, bitrate, sampleRate, channels, contentType, size: arrived.size, sha256 }
  return { id, ...text, ...audio }
}
