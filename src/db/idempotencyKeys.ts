/** Every SQL statement about idempotency keys. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { idempotencyKeys } from './idempotencyTable.ts'

/** One attempt at a request that carries a key. */
export type Attempt = { owner: string; key: string; attemptId: string }

export type KeyRow = typeof idempotencyKeys.$inferSelect

const ofAttempt = ({ owner, key, attemptId }: Attempt) =>
  and(
    eq(idempotencyKeys.owner, owner),
    eq(idempotencyKeys.key, key),
    eq(idempotencyKeys.attemptId, attemptId),
    isNull(idempotencyKeys.answer),
  )

/**
 * Claims a key for an attempt, and answers its row as it is then: with this attempt's id if the claim holds. It
 * does not if the key has an answer, or another attempt's lock still lasts. A key that has expired starts anew; one
 * whose attempt failed keeps its clip id and fingerprint.
 */
export async function claimIdempotencyKey(
  db: Database,
  { owner, key, attemptId }: Attempt,
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

/** Binds a claimed key to what was asked for; answers the fingerprint that it has, or undefined without a claim. */
export async function bindFingerprint(
  db: Database,
  attempt: Attempt,
  fingerprint: string,
): Promise<string | undefined> {
  const [row] = await db
    .update(idempotencyKeys)
    .set({ fingerprint: sql`coalesce(${idempotencyKeys.fingerprint}, ${fingerprint})` })
    .where(ofAttempt(attempt))
    .returning({ fingerprint: idempotencyKeys.fingerprint })
  return row?.fingerprint ?? undefined
}

/** Keeps the answer, to be given again. */
export async function saveAnswer(db: Database, attempt: Attempt, answer: string): Promise<void> {
  await db.update(idempotencyKeys).set({ answer }).where(ofAttempt(attempt))
}

/** Forgets the key of an attempt that made nothing. */
export async function deleteIdempotencyKey(db: Database, attempt: Attempt): Promise<void> {
  await db.delete(idempotencyKeys).where(ofAttempt(attempt))
}

/** Ends a failed attempt's lock, so that the next may begin at once. */
export async function unlockIdempotencyKey(db: Database, attempt: Attempt): Promise<void> {
  await db
    .update(idempotencyKeys)
    .set({ lockedUntil: sql`now()` })
    .where(ofAttempt(attempt))
}

/** Deletes up to `limit` keys past their lifetime; answers how many. One that starts anew meanwhile stays. */
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
