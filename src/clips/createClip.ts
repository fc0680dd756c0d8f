/** Creating a clip: arrive, verify, commit, record. Each step can be the last without harm. */
import { v7 as uuidv7 } from 'uuid'
import { clearArrived } from '../audio/commit.ts'
import { incomingKey } from '../audio/objectKeys.ts'
import { selectClip } from '../db/clips.ts'
import { connect, type Database } from '../db/connection.ts'
import { publicOrigin, type Handler } from '../http/router.ts'
import { clipTag, newClipTag, showClip } from './clip.ts'
import { bind, claim, complete, readIdempotencyKey, release } from './idempotency.ts'
import { keepClip, type Owned } from './keepClip.ts'
import type { SourceRules } from './importUrl/checkSourceUrl.ts'
import { fetchImport, isImport, readImport } from './importUrl/receiveImport.ts'
import { receiveUpload, type Destination, type Upload } from './receiveUpload.ts'

/** POST /api/clips: 201 with the Clip and its `Location`. */
export const createClip: Handler = async (c) => {
  const { settings, caller } = c.var
  const { clipId, clip, tag } = await create({
    request: c.req.raw,
    idempotencyKey: readIdempotencyKey(c.req.header('Idempotency-Key')),
    owned: { ownerId: caller.keyId, allowDuplicate: c.req.query('allow_duplicate') === '1' },
    database: connect(settings.database),
    to: { bucket: c.env.BUCKET, key: incomingKey(uuidv7()), maxBytes: settings.maxUploadBytes },
    rules: { allowLoopback: settings.allowLoopbackImports, ownOrigin: publicOrigin(c) },
  })
  const headers = { 'Content-Type': 'application/json', Location: `/api/clips/${clipId}`, ETag: tag }
  return c.body(clip, 201, headers)
}

/** What a clip is to be made of, whose it will be, and where it goes. */
type Creation = {
  request: Request
  idempotencyKey: string | undefined
  owned: Owned
  database: Database
  to: Destination
  rules: SourceRules
}

/** The answer: the Clip as JSON, and its validator. */
type Created = { clipId: string; clip: string; tag: string }

async function create({ request, idempotencyKey, owned, database, to, rules }: Creation): Promise<Created> {
  const claimed =
    idempotencyKey === undefined ? undefined : await claim(database, owned.ownerId ?? 'admin', idempotencyKey)
  const clipId = claimed?.clipId ?? uuidv7()
  try {
    const identify = async (what: unknown[]) => (claimed ? await bind(database, claimed, what) : undefined)
    const received = await receive(request, to, rules, identify)
    if ('answer' in received) return { clipId, clip: received.answer, tag: newClipTag }
    // What an earlier attempt has made may have been edited since: it is answered, not made again.
    const made = claimed?.fingerprint ? await selectClip(database, clipId) : undefined
    const row = made ?? (await keepClip(to.bucket, database, clipId, received, owned))
    const clip = JSON.stringify(showClip(row, rules.ownOrigin))
    if (claimed) await complete(database, claimed, clip)
    return { clipId, clip, tag: clipTag(row) }
  } catch (error) {
    if (claimed) await release(database, claimed, error)
    throw error
  } finally {
    await clearArrived(to.bucket, to.key)
  }
}

/** Tells what is asked for; answers what was answered to the same request before, if it came with a key. */
type Identify = (what: unknown[]) => Promise<string | undefined>

/** What has arrived, or what was answered before. What a URL leads to may have changed since, so it goes by the URL. */
async function receive(
  request: Request,
  to: Destination,
  rules: SourceRules,
  identify: Identify,
): Promise<Upload | { answer: string }> {
  if (isImport(request)) {
    const wanted = await readImport(request)
    const answer = await identify([wanted])
    return answer === undefined ? await fetchImport(wanted, to, rules) : { answer }
  }
  const upload = await receiveUpload(request, to)
  const answer = await identify([upload.fields, upload.fileName, upload.arrived.sha256.toHex()])
  return answer === undefined ? upload : { answer }
}
