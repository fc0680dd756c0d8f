/** Creating a clip: arrive, verify, commit, record. Each step can be the last without harm. */
import type { Context } from 'hono'
import { v7 as uuidv7 } from 'uuid'
import { clearArrived } from '../audio/commit.ts'
import { incomingKey } from '../audio/objectKeys.ts'
import { connect } from '../db/connection.ts'
import { publicOrigin, type AppEnv, type Handler } from '../http/router.ts'
import { clipTag, showClip } from './clip.ts'
import { bind, claim, complete, readIdempotencyKey, release } from './idempotency.ts'
import { keepClip } from './keepClip.ts'
import { fingerprintOf, receiveUpload } from './receiveUpload.ts'

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
  const incoming = incomingKey(uuidv7())
  try {
    const destination = { bucket: c.env.BUCKET, key: incoming, maxBytes: settings.maxUploadBytes }
    const upload = await receiveUpload(c.req.raw, destination)
    if (claimed) await bind(database, claimed, await fingerprintOf(upload))
    if (claimed?.answer) return answerCreated(c, clipId, claimed.answer)
    const owned = { ownerId: caller.keyId, allowDuplicate: c.req.query('allow_duplicate') === '1' }
    const row = await keepClip(c.env.BUCKET, database, clipId, upload, owned)
    const answer = JSON.stringify(showClip(row, publicOrigin(c)))
    if (claimed) await complete(database, claimed, answer)
    return answerCreated(c, clipId, answer)
  } catch (error) {
    if (claimed) await release(database, claimed, error)
    throw error
  } finally {
    await clearArrived(c.env.BUCKET, incoming)
  }
}

function answerCreated(c: Context<AppEnv>, clipId: string, clip: string): Response {
  return c.body(clip, 201, {
    'Content-Type': 'application/json',
    Location: `/api/clips/${clipId}`,
    ETag: clipTag({ revision: 1, playCount: 0 }),
  })
}
