/** Every SQL statement about API keys. */
import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Database } from './connection.ts'
import { apiKeys, type ApiKeyRow } from './apiKeyTable.ts'

/** What a new key needs. */
export type NewApiKey = Pick<ApiKeyRow, 'id' | 'name' | 'hash' | 'scopes' | 'expiresAt'>

/** Inserts a key; safe to repeat with the same id when an answer was lost. */
export async function insertApiKey(db: Database, key: NewApiKey): Promise<ApiKeyRow> {
  const [row] = await db
    .insert(apiKeys)
    .values(key)
    .onConflictDoUpdate({ target: apiKeys.id, set: { id: sql`excluded.id` } })
    .returning()
  if (!row) throw new Error('an insert returned no row')
  return row
}

/** The key with this hash, if it is neither revoked nor expired. */
export async function selectLiveApiKey(db: Database, hash: string): Promise<ApiKeyRow | undefined> {
  const alive = or(isNull(apiKeys.expiresAt), sql`${apiKeys.expiresAt} > now()`)
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt), alive))
  return row
}

/** Every key, newest first; revoked ones too. */
export async function selectApiKeys(db: Database): Promise<ApiKeyRow[]> {
  return await db.select().from(apiKeys).orderBy(desc(apiKeys.createdAt), desc(apiKeys.id)).limit(1000)
}

/** The key with this id. */
export async function selectApiKey(db: Database, id: string): Promise<ApiKeyRow | undefined> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
  return row
}

/** Revokes a key; one that is revoked already stays as it is. */
export async function revokeApiKey(db: Database, id: string): Promise<void> {
  await db
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
}

/** Notes that a key was used, at most once a minute: it is a hint for people, not worth a write a request. */
export async function touchApiKey(db: Database, id: string): Promise<void> {
  const longAgo = lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`)
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), longAgo)))
}
