/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request may be repeated after its answer was lost, and
 * creates one clip. Keys are kept for a day and belong to the API key that sent them.
 */
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import { selectClip } from '../db/clips.ts'
import { isDatabaseUnavailable, type Database } from '../db/connection.ts'
import {
  bindFingerprint,
  claimIdempotencyKey,
  releaseIdempotencyKey,
  renewLock,
  saveAnswer,
  selectIdempotencyKey,
  type AttemptKey,
  type KeyRow,
} from '../db/idempotencyKeys.ts'
import type { ClipRow } from '../db/schema.ts'
import { describeError, logLine } from '../http/log.ts'
import { Problem } from '../http/problem.ts'
import { retry } from '../http/retry.ts'
import { Clip, clipETag, newClipETag, showClip } from './clip.ts'

export const keyLifetimeMs = 24 * 60 * 60 * 1000

/**
 * An attempt renews its lock while it works, so one whose isolate ended holds its key no longer than this. The lock only
 * saves work: an attempt that has lost its key cannot insert a clip, whatever it does.
 */
const lockMs = 30_000
const renewMs = 10_000

/** A clip that a request has created, as it is answered. */
export type Created = { clip: Clip; etag: string }

/** Reads the header: a structured string (`"8e03…"`), or the same without quotes, as most clients send it. */
function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? header
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Problem('bad-idempotency-key', { detail: 'It must have 1 to 255 printable ASCII characters.' })
  }
  return key
}

/**
 * Begins an attempt, and claims its key if there is one. Throws 409 while another attempt has the key. `origin` is the scheme
 * and host of links.
 */
export async function beginAttempt(
  db: Database,
  ownerId: string | null,
  header: string | undefined,
  origin: string,
): Promise<Attempt> {
  const id = uuidv7()
  const key = readIdempotencyKey(header)
  if (key === undefined) return new Attempt(db, id, origin)
  const attemptKey = { owner: ownerId ?? 'admin', key, attemptId: id }
  const row = await claimIdempotencyKey(db, attemptKey, lockMs, keyLifetimeMs)
  if (row.answer === null && row.attemptId !== id) throw inProgress(row)
  return new Attempt(db, id, origin, attemptKey, row.answer === null ? undefined : row)
}

/** One attempt at a request. Without an Idempotency-Key its steps do nothing. */
export class Attempt {
  /** Also the id of the clip that this attempt may insert, and of no other: a repeated request makes its own objects. */
  readonly id: string
  readonly key: AttemptKey | undefined
  readonly #db: Database
  readonly #origin: string
  /** The row of the key, if an earlier attempt has answered. */
  readonly #answered: KeyRow | undefined
  /** The hash of the request, from the time when the key is bound to it. */
  #fingerprint: string | undefined
  /** Whether another attempt has the key, or has answered. Then there is nothing to save or to release. */
  #isLost = false

  constructor(db: Database, id: string, origin: string, key?: AttemptKey, answered?: KeyRow) {
    this.id = id
    this.key = key
    this.#db = db
    this.#origin = origin
    this.#answered = answered
  }

  /** Renews the lock until the function that it returns is called. */
  keepLock(): () => void {
    const key = this.key
    if (!key) return () => {}
    const timer = setInterval(() => void renewLock(this.#db, key, lockMs).catch(() => {}), renewMs)
    return () => clearInterval(timer)
  }

  /**
   * Binds the key to the request, and returns the clip if an earlier attempt has created it. Throws 422 if the key came
   * with another request before, 409 if another attempt has taken the key meanwhile.
   */
  async bind(request: unknown[]): Promise<Created | undefined> {
    if (!this.key) return undefined
    const fingerprint = await fingerprintOf(request)
    if (this.#answered) return await this.#answerOf(this.#answered, fingerprint)
    const bound = await bindFingerprint(this.#db, this.key, fingerprint)
    if (!bound) return await this.#answerOf(await selectIdempotencyKey(this.#db, this.key), fingerprint)
    if (bound.fingerprint !== fingerprint) throw keyReused()
    this.#fingerprint = fingerprint
    return bound.clipId === null ? undefined : await this.#show(bound.clipId)
  }

  /**
   * What another attempt has answered or inserted since this one lost its key; undefined if it still has the key, or has
   * none. Throws 409 while the other attempt is in progress.
   */
  async answerElsewhere(): Promise<Created | undefined> {
    if (!this.key) return undefined
    const row = await selectIdempotencyKey(this.#db, this.key)
    return row?.attemptId === this.id ? undefined : await this.#answerOf(row, this.#fingerprint)
  }

  /** Saves the answer. If that fails, a retry finds the clip. */
  async complete({ clip }: Created): Promise<void> {
    await this.#update(async (key) => await saveAnswer(this.#db, key, JSON.stringify(clip)))
  }

  /**
   * Releases the key after a failure. A request that was refused has had no effect, so its key may be used for a better
   * one. An error of ours may have had an effect: the key stays bound, and the next attempt finds the clip if there is one.
   */
  async release(error: unknown): Promise<void> {
    const wasRefused = error instanceof Problem && error.status < 500
    const unbind = wasRefused && this.#fingerprint !== undefined
    await this.#update(async (key) => await releaseIdempotencyKey(this.#db, key, unbind))
  }

  /** The clip of a key that another attempt holds, or has answered. */
  async #answerOf(row: KeyRow | undefined, fingerprint: string | undefined): Promise<Created> {
    this.#isLost = true
    if (row && row.fingerprint !== null && row.fingerprint !== fingerprint) throw keyReused()
    if (row && row.answer !== null) {
      return { clip: readAnswer(row.answer), etag: newClipETag }
    }
    const created = row && row.clipId !== null && (await this.#show(row.clipId))
    if (!created) throw inProgress(row)
    return created
  }

  /** The clip as it is now; undefined if it has been deleted. */
  async #show(clipId: string): Promise<Created | undefined> {
    const row = await selectClip(this.#db, clipId)
    return row && showCreated(row, this.#origin)
  }

  /** Each of these updates may be repeated. One that fails for good only delays the next attempt. */
  async #update(update: (key: AttemptKey) => Promise<void>): Promise<void> {
    const { key } = this
    if (!key || this.#isLost) return
    try {
      await retry(async () => await update(key), isDatabaseUnavailable)
    } catch (error) {
      logLine('warn', 'idempotency-key-not-updated', { error: describeError(error) })
    }
  }
}

/** A row as the answer to a create shows it. */
export function showCreated(row: ClipRow, origin: string): Created {
  return { clip: showClip(row, origin), etag: clipETag(row) }
}

/** A hash of the request, in which the order of fields does not matter. */
async function fingerprintOf(request: unknown[]): Promise<string> {
  const text = JSON.stringify(request, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
      : value,
  )
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toHex()
}

function keyReused(): Problem {
  return new Problem('idempotency-key-reused', {
    detail: 'A new request must have a new Idempotency-Key.',
  })
}

/** `Retry-After` is when the lock ends, if its attempt has died. One that lives renews it, or is done by then. */
function inProgress(row: KeyRow | undefined): Problem {
  const seconds = row?.lockSeconds ?? 1
  return new Problem('request-in-progress', { headers: { 'Retry-After': String(seconds) } })
}

/** A stored answer. An older Worker, which did not know all fields of today, may have stored it within the last day. */
function readAnswer(answer: string): Clip {
  return Clip.parse({ loudness_range: null, ...z.looseObject({}).parse(JSON.parse(answer)) })
}
