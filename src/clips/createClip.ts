/** Creating a clip: arrive, verify, commit, record. Each step can be the last without harm. */
import type { Context } from 'hono'
import { v7 as uuidv7 } from 'uuid'
import { clearArrived } from '../audio/commit.ts'
import { incomingKey } from '../audio/objectKeys.ts'
import { selectClip } from '../db/clips.ts'
import { connect } from '../db/connection.ts'
import { publicOrigin, type AppEnv, type Handler } from '../http/router.ts'
import { clipTag, showClip } from './clip.ts'
import { bind, claim, complete, readIdempotencyKey, release } from './idempotency.ts'
import { keepClip } from './keepClip.ts'
import { fetchImport, isImport, readImport } from './importUrl/receiveImport.ts'
import { receiveUpload, type Destination, type Upload } from './receiveUpload.ts'

/** POST /api/clips: 201 with the Clip and its `Location`. */
export const createClip: Handler = async (c) => {
  const created = create(c)
  // A client that hangs up must not keep us from clearing up after it.
  c.executionCtx.waitUntil(created.catch(() => {}))
  return await created
}

async function create(c: Context<AppEnv>): Promise<Response> {
  const { settings, caller } = c.var
  const database = connect(settings.database)
  const key = readIdempotencyKey(c.req.header('Idempotency-Key'))
  const claimed = key === undefined ? undefined : await claim(database, caller.keyId ?? 'admin', key)
  const clipId = claimed?.clipId ?? uuidv7()
  const to = { bucket: c.env.BUCKET, key: incomingKey(uuidv7()), maxBytes: settings.maxUploadBytes }
  try {
    const identify = async (what: unknown[]) => (claimed ? await bind(database, claimed, what) : undefined)
    const received = await receive(c, to, identify)
    if ('answer' in received) return answerCreated(c, clipId, received.answer, firstTag)
    const owned = { ownerId: caller.keyId, allowDuplicate: c.req.query('allow_duplicate') === '1' }
    // What an earlier attempt has made may have been edited since: it is answered, not made again.
    const made = claimed?.fingerprint ? await selectClip(database, clipId) : undefined
    const row = made ?? (await keepClip(c.env.BUCKET, database, clipId, received, owned))
    const answer = JSON.stringify(showClip(row, publicOrigin(c)))
    if (claimed) await complete(database, claimed, answer)
    return answerCreated(c, clipId, answer, clipTag(row))
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
  c: Context<AppEnv>,
  to: Destination,
  identify: Identify,
): Promise<Upload | { answer: string }> {
  if (isImport(c.req.raw)) {
    const wanted = await readImport(c.req.raw)
    const answer = await identify([wanted])
    const rules = { allowLoopback: c.var.settings.allowLoopbackImports, ownOrigin: publicOrigin(c) }
    return answer === undefined ? await fetchImport(wanted, to, rules) : { answer }
  }
  const upload = await receiveUpload(c.req.raw, to)
  const answer = await identify([upload.fields, upload.fileName, upload.arrived.sha256.toHex()])
  return answer === undefined ? upload : { answer }
}

/** Of a clip as it was first answered. */
const firstTag = '"1.0"'

function answerCreated(c: Context<AppEnv>, clipId: string, clip: string, tag: string): Response {
  return c.body(clip, 201, {
    'Content-Type': 'application/json',
    Location: `/api/clips/${clipId}`,
    ETag: tag,
  })
}
