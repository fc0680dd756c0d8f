/** The statements about idempotency keys. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { idempotencyKeys } from './schema.ts'

/** One attempt at a request with a key. */
export type AttemptKey = { owner: string; key: string; attemptId: string }

export type KeyRow = typeof idempotencyKeys.$inferSelect

const ofAttempt = ({ owner, key, attemptId }: AttemptKey) =>
  and(
    eq(idempotencyKeys.owner, owner),
    eq(idempotencyKeys.key, key),
    eq(idempotencyKeys.attemptId, attemptId),
    isNull(idempotencyKeys.answer),
  )

/**
 * Claims a key for an attempt and returns its row, which has this attempt's id if the claim succeeded. It fails if the
 * key has an answer, or if another attempt holds the lock. An expired key starts anew. A key whose attempt failed keeps
 * its clip id and fingerprint.
 */
export async function claimIdempotencyKey(
  db: Database,
  { owner, key, attemptId }: AttemptKey,
  clipId: string,
  lockMs: number,
  lifetimeMs: number,
): Promise<KeyRow> {
  const old = idempotencyKeys
  const lockedUntil = sql`now() + ${lockMs} * interval '1 millisecond'`
  const expired = sql`${old.createdAt} < now() - ${lifetimeMs} * interval '1 millisecond'`
  const free = sql`(${expired} or (${old.answer} is null and ${old.lockedUntil} < now()))`
  const [row] = await db
    .insert(old)
    .values({ owner, key, attemptId, clipId, lockedUntil })
    .onConflictDoUpdate({
      target: [old.owner, old.key],
      set: {
        attemptId: sql`case when ${free} then excluded.attempt_id else ${old.attemptId} end`,
        lockedUntil: sql`case when ${free} then excluded.locked_until else ${old.lockedUntil} end`,
        clipId: sql`case when ${expired} then excluded.clip_id else ${old.clipId} end`,
        fingerprint: sql`case when ${expired} then null else ${old.fingerprint} end`,
        answer: sql`case when ${expired} then null else ${old.answer} end`,
        createdAt: sql`case when ${expired} then now() else ${old.createdAt} end`,
      },
    })
    .returning()
  if (!row) throw new Error('an upsert returned no row')
  return row
}

/** Binds a claimed key to a request. Returns the fingerprint that the key has; undefined if the claim was lost. */
export async function bindFingerprint(
  db: Database,
  attempt: AttemptKey,
  fingerprint: string,
): Promise<string | undefined> {
  const [row] = await db
    .update(idempotencyKeys)
    .set({ fingerprint: sql`coalesce(${idempotencyKeys.fingerprint}, ${fingerprint})` })
    .where(ofAttempt(attempt))
    .returning({ fingerprint: idempotencyKeys.fingerprint })
  return row?.fingerprint ?? undefined
}

/** Saves the answer for retries. */
export async function saveAnswer(db: Database, attempt: AttemptKey, answer: string): Promise<void> {
  await db.update(idempotencyKeys).set({ answer }).where(ofAttempt(attempt))
}

/** Deletes the key of an attempt without effect. */
export async function deleteIdempotencyKey(db: Database, attempt: AttemptKey): Promise<void> {
  await db.delete(idempotencyKeys).where(ofAttempt(attempt))
}

/** Ends the lock of a failed attempt, so that a retry may begin at once. */
export async function unlockIdempotencyKey(db: Database, attempt: AttemptKey): Promise<void> {
  await db
    .update(idempotencyKeys)
    .set({ lockedUntil: sql`now()` })
    .where(ofAttempt(attempt))
}

/** Deletes up to `limit` expired keys and returns how many. A key that starts anew meanwhile stays. */
export async function deleteExpiredIdempotencyKeys(
  db: Database,
  lifetimeMs: number,
  limit: number,
): Promise<number> {
  const expired = sql`created_at < now() - ${lifetimeMs} * interval '1 millisecond'`
  const { rowCount } = await db.execute(sql`
    delete from idempotency_keys where ${expired} and (owner, key) in (
      select owner, key from idempotency_keys where ${expired} order by created_at limit ${limit}
    )`)
  return rowCount
}
