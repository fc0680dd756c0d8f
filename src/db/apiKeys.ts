/** The statements about API keys. */
import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { apiKeys } from './schema.ts'

/** An API key's row. */
export type ApiKeyRow = typeof apiKeys.$inferSelect

/** The values of a new key. */
export type NewApiKey = Pick<ApiKeyRow, 'id' | 'name' | 'hash' | 'scopes' | 'expiresAt'>

/** Inserts a key. It is safe to repeat with the same id. */
export async function insertApiKey(db: Database, key: NewApiKey): Promise<ApiKeyRow> {
  const [row] = await db
    .insert(apiKeys)
    .values(key)
    .onConflictDoUpdate({ target: apiKeys.id, set: { id: sql`excluded.id` } })
    .returning()
  if (!row) throw new Error('an insert returned no row')
  return row
}

/** The key with this hash, unless it is revoked or expired. */
export async function selectLiveApiKey(db: Database, hash: string): Promise<ApiKeyRow | undefined> {
  const isUnexpired = or(isNull(apiKeys.expiresAt), sql`${apiKeys.expiresAt} > now()`)
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt), isUnexpired))
  return row
}

/** All keys, newest first, with the revoked ones. */
export async function selectApiKeys(db: Database): Promise<ApiKeyRow[]> {
  return await db.select().from(apiKeys).orderBy(desc(apiKeys.createdAt), desc(apiKeys.id)).limit(1000)
}

export async function selectApiKey(db: Database, id: string): Promise<ApiKeyRow | undefined> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
  return row
}

/** Revokes a key. A revoked key keeps its time of revocation. */
export async function revokeApiKey(db: Database, id: string): Promise<void> {
  await db
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
}

/** Records that a key was used, at most once a minute: a hint for people is not worth a write for every request. */
export async function touchApiKey(db: Database, id: string): Promise<void> {
  const isStale = lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`)
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), isStale)))
}
