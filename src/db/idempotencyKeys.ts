/** The statements about idempotency keys. */
import { and, eq, getTableColumns, gt, isNull, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { idempotencyKeys } from './schema.ts'

/** An attempt at a request with a key. Its id is also the id of the clip that it may insert. */
export type AttemptKey = { owner: string; key: string; attemptId: string }

const { createdAt: _, ...keyColumns } = getTableColumns(idempotencyKeys)
const columns = {
  ...keyColumns,
  /** How many seconds the lock still has, at least one. */
  lockSeconds: sql<number>`greatest(1, ceil(extract(epoch from ${idempotencyKeys.lockedUntil} - now())))::int`,
}

export type KeyRow = Omit<typeof idempotencyKeys.$inferSelect, 'createdAt'> & { lockSeconds: number }

const isKey = ({ owner, key }: AttemptKey) =>
  and(eq(idempotencyKeys.owner, owner), eq(idempotencyKeys.key, key))

/** The attempt still holds its key: no other attempt has claimed it since, and it has no answer. */
export const isHeldBy = (attempt: AttemptKey) =>
  and(isKey(attempt), eq(idempotencyKeys.attemptId, attempt.attemptId), isNull(idempotencyKeys.answer))

const fromNow = (ms: number) => sql`now() + ${ms} * interval '1 millisecond'`

/**
 * Claims a key for an attempt and returns its row, which has this attempt's id if the claim succeeded. It fails if the
 * key has an answer, or if another attempt holds the lock. An expired key starts anew. A key whose attempt failed keeps
 * its clip and its fingerprint. After a claim, no statement of an earlier attempt has an effect.
 */
export async function claimIdempotencyKey(
  db: Database,
  { owner, key, attemptId }: AttemptKey,
  lockMs: number,
  lifetimeMs: number,
): Promise<KeyRow> {
  const old = idempotencyKeys
  const expired = sql`${old.createdAt} < now() - ${lifetimeMs} * interval '1 millisecond'`
  const free = sql`(${expired} or (${old.answer} is null and ${old.lockedUntil} < now()))`
  const [row] = await db
    .insert(old)
    .values({ owner, key, attemptId, lockedUntil: fromNow(lockMs) })
    .onConflictDoUpdate({
      target: [old.owner, old.key],
      set: {
        attemptId: sql`case when ${free} then excluded.attempt_id else ${old.attemptId} end`,
        lockedUntil: sql`case when ${free} then excluded.locked_until else ${old.lockedUntil} end`,
        clipId: sql`case when ${expired} then null else ${old.clipId} end`,
        fingerprint: sql`case when ${expired} then null else ${old.fingerprint} end`,
        answer: sql`case when ${expired} then null else ${old.answer} end`,
        createdAt: sql`case when ${expired} then now() else ${old.createdAt} end`,
      },
    })
    .returning(columns)
  if (!row) throw new Error('an upsert returned no row')
  return row
}

/** Binds a held key to a request. Returns the fingerprint and the clip that the key has; undefined if the key is lost. */
export async function bindFingerprint(
  db: Database,
  attempt: AttemptKey,
  fingerprint: string,
): Promise<Pick<KeyRow, 'fingerprint' | 'clipId'> | undefined> {
  const [row] = await db
    .update(idempotencyKeys)
    .set({ fingerprint: sql`coalesce(${idempotencyKeys.fingerprint}, ${fingerprint})` })
    .where(isHeldBy(attempt))
    .returning({ fingerprint: idempotencyKeys.fingerprint, clipId: idempotencyKeys.clipId })
  return row
}

export async function selectIdempotencyKey(db: Database, attempt: AttemptKey): Promise<KeyRow | undefined> {
  const [row] = await db.select(columns).from(idempotencyKeys).where(isKey(attempt))
  return row
}

/** Renews a lock that has not been released. */
export async function renewLock(db: Database, attempt: AttemptKey, lockMs: number): Promise<void> {
  await db
    .update(idempotencyKeys)
    .set({ lockedUntil: fromNow(lockMs) })
    .where(and(isHeldBy(attempt), gt(idempotencyKeys.lockedUntil, sql`now()`)))
}

/** Saves the answer for retries. */
export async function saveAnswer(db: Database, attempt: AttemptKey, answer: string): Promise<void> {
  await db.update(idempotencyKeys).set({ answer }).where(isHeldBy(attempt))
}

/** Ends the lock of a failed attempt, so that a retry may begin at once. `unbind` lets it be another request. */
export async function releaseIdempotencyKey(
  db: Database,
  attempt: AttemptKey,
  unbind: boolean,
): Promise<void> {
  await db
    .update(idempotencyKeys)
    .set({ lockedUntil: sql`now()`, ...(unbind && { fingerprint: null }) })
    .where(isHeldBy(attempt))
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
