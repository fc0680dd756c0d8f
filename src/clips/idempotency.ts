/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request may be repeated after its answer was lost, and
 * creates one clip. Keys are kept for a day and belong to the API key that sent them.
 */
import { v7 as uuidv7 } from 'uuid'
import { isDatabaseUnavailable, type Database } from '../db/connection.ts'
import {
  bindFingerprint,
  claimIdempotencyKey,
  deleteIdempotencyKey,
  saveAnswer,
  unlockIdempotencyKey,
  type AttemptKey,
  type KeyRow,
} from '../db/idempotencyKeys.ts'
import { describeError, logLine } from '../http/log.ts'
import { Problem } from '../http/problem.ts'
import { retry } from '../http/retry.ts'
import { Clip } from './clip.ts'

export const keyLifetimeMs = 24 * 60 * 60 * 1000

/** An attempt that ends without releasing its key, because its isolate ended for example, holds it no longer than this. */
const lockMs = 5 * 60 * 1000

/** Reads the header: a structured string (`"8e03…"`), or the same without quotes, as most clients send it. */
function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? header
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Problem('bad-idempotency-key', { detail: 'It must have 1 to 255 printable ASCII characters.' })
  }
  return key
}

/** Begins an attempt, and claims its key if there is one. Throws 409 while another attempt has the key. */
export async function beginAttempt(
  db: Database,
  ownerId: string | null,
  header: string | undefined,
): Promise<Attempt> {
  const key = readIdempotencyKey(header)
  if (key === undefined) return new Attempt(db, uuidv7())
  const attemptKey = { owner: ownerId ?? 'admin', key, attemptId: uuidv7() }
  const row = await claimIdempotencyKey(db, attemptKey, uuidv7(), lockMs, keyLifetimeMs)
  if (row.answer === null && row.attemptId !== attemptKey.attemptId) throw inProgress()
  return new Attempt(db, row.clipId, attemptKey, row)
}

/** One attempt at a request. Without an Idempotency-Key its steps do nothing. */
export class Attempt {
  /** The id of the clip. All attempts with one key create the same clip. */
  readonly clipId: string
  readonly #db: Database
  readonly #key: AttemptKey | undefined
  readonly #row: KeyRow | undefined

  constructor(db: Database, clipId: string, key?: AttemptKey, row?: KeyRow) {
    this.clipId = clipId
    this.#db = db
    this.#key = key
    this.#row = row
  }

  /** Whether an earlier attempt came far enough to have created the clip. */
  get mayHaveSucceeded(): boolean {
    return this.#row !== undefined && this.#row.fingerprint !== null
  }

  /**
   * Binds the key to the request, and returns the clip of the first answer if there is one. Throws 422 if the key came
   * with another request before, 409 if another attempt has taken the key meanwhile.
   */
  async bind(request: unknown[]): Promise<Clip | undefined> {
    if (!this.#key || !this.#row) return undefined
    const fingerprint = await fingerprintOf(request)
    const bound =
      this.#row.answer === null
        ? await bindFingerprint(this.#db, this.#key, fingerprint)
        : this.#row.fingerprint
    if (bound === undefined) throw inProgress()
    if (bound !== fingerprint)
      throw new Problem('idempotency-key-reused', {
        detail: 'A new request must have a new Idempotency-Key.',
      })
    return this.#row.answer === null ? undefined : Clip.parse(JSON.parse(this.#row.answer))
  }

  /** Saves the answer. If that fails, a retry finds the clip by its id after the lock has expired. */
  async complete(clip: Clip): Promise<void> {
    await this.#update(async (key) => await saveAnswer(this.#db, key, JSON.stringify(clip)))
  }

  /**
   * Releases the key after a failure. A refused request has had no effect, so its key may be used for a better one. An
   * error of ours may have had an effect: the key keeps its clip id, and the next attempt may begin at once.
   */
  async release(error: unknown): Promise<void> {
    if (this.#row && this.#row.answer !== null) return
    // An earlier attempt that was bound may have created the clip.
    const hadNoEffect = error instanceof Problem && error.status < 500 && !this.mayHaveSucceeded
    const release = hadNoEffect ? deleteIdempotencyKey : unlockIdempotencyKey
    await this.#update(async (key) => await release(this.#db, key))
  }

  /** Each of these updates may be repeated. One that fails for good only delays the next attempt. */
  async #update(update: (key: AttemptKey) => Promise<void>): Promise<void> {
    const key = this.#key
    if (!key) return
    try {
      await retry(async () => await update(key), isDatabaseUnavailable)
    } catch (error) {
      logLine('warn', 'idempotency-key-not-updated', { error: describeError(error) })
    }
  }
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

function inProgress(): Problem {
  return new Problem('request-in-progress', { headers: { 'Retry-After': '2' } })
}
