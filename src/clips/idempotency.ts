/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request may be sent again after its answer was
 * lost, and makes one clip all the same. Keys live a day and belong to the API key that sent them.
 */
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../db/connection.ts'
import {
  bindFingerprint,
  claimIdempotencyKey,
  deleteIdempotencyKey,
  saveAnswer,
  unlockIdempotencyKey,
  type Attempt,
} from '../db/idempotencyKeys.ts'
import { retried } from '../db/retried.ts'
import { describeError } from '../http/onError.ts'
import { Problem } from '../http/problem.ts'
import { logLine } from '../http/requestLog.ts'

export const keyLifetimeMs = 24 * 60 * 60 * 1000

/** An attempt that ended without a word (an evicted isolate) holds its key no longer than this. */
const lockMs = 5 * 60 * 1000

/** A key that is ours to use, or whose request has been answered before. */
export type Claim = { attempt: Attempt; clipId: string; fingerprint: string | null; answer: string | null }

/**
 * Reads the header: a structured string (`"8e03…"`, as the draft has it) or the same without quotes, as most
 * clients send it. Undefined without one.
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? header
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Problem('bad-idempotency-key', { detail: 'It takes 1 to 255 visible ASCII characters.' })
  }
  return key
}

/** Claims the key. 409 while another request with it is in progress. */
export async function claim(db: Database, owner: string, key: string): Promise<Claim> {
  const attempt = { owner, key, attemptId: uuidv7() }
  const row = await claimIdempotencyKey(db, attempt, uuidv7(), lockMs, keyLifetimeMs)
  if (row.answer === null && row.attemptId !== attempt.attemptId) throw inProgress()
  return { attempt, clipId: row.clipId, fingerprint: row.fingerprint, answer: row.answer }
}

/**
 * Binds the key to what is asked for, and answers what was answered before, if anything. 422 if the key came with
 * something else before, 409 if the claim was lost meanwhile.
 */
export async function bind(
  db: Database,
  { attempt, answer, fingerprint }: Claim,
  what: unknown[],
): Promise<string | undefined> {
  const wanted = await fingerprintOf(what)
  const bound = answer === null ? await bindFingerprint(db, attempt, wanted) : fingerprint
  if (bound === undefined) throw inProgress()
  if (bound !== wanted) throw new Problem('idempotency-key-reused')
  return answer ?? undefined
}

/** A hash of what is asked for, in which the order of fields does not matter. */
async function fingerprintOf(what: unknown[]): Promise<string> {
  const text = JSON.stringify(what, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
      : value,
  )
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toHex()
}

/**
 * Keeps the answer. If that fails for good the clip is there all the same: once the lock has run out, a retry finds it
 * by its id.
 */
export async function complete(db: Database, { attempt }: Claim, answer: string): Promise<void> {
  await unlessItFails(async () => await saveAnswer(db, attempt, answer))
}

/**
 * After a failure: what was refused has made nothing, so its key is free for a better request. Of what failed on our
 * side nobody knows how far it came: the key keeps its clip id, and the next attempt may begin at once.
 */
export async function release(
  db: Database,
  { attempt, answer, fingerprint }: Claim,
  error: unknown,
): Promise<void> {
  if (answer !== null) return
  // An earlier attempt with this key came as far as binding it: it may have made the clip.
  const refused = error instanceof Problem && error.status < 500 && fingerprint === null
  const free = refused ? deleteIdempotencyKey : unlockIdempotencyKey
  await unlessItFails(async () => await free(db, attempt))
}

function inProgress(): Problem {
  return new Problem('request-in-progress', { headers: { 'Retry-After': '2' } })
}

/** Each of these statements changes nothing the second time, and a key that keeps its lock holds up the next try. */
async function unlessItFails(update: () => Promise<void>): Promise<void> {
  try {
    await retried(update)
  } catch (error) {
    logLine('warn', 'idempotency-key-not-updated', { error: describeError(error) })
  }
}
