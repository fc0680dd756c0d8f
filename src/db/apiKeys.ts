/** The statements about API keys. */
import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { z } from 'zod'
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

/** What Postgres says about a key: it works, it was revoked or has expired, or it was never recorded. */
export type ApiKeyState = 'live' | 'ended' | 'absent'

const ApiKeyStates = z.array(z.object({ hash: z.string(), state: z.enum(['live', 'ended', 'absent']) }))

/** Asks Postgres about each hash. A hash that it does not mention is not in the result either. */
export async function selectApiKeyStates(db: Database, hashes: string[]): Promise<Map<string, ApiKeyState>> {
  const { rows } = await db.execute(sql`
    select asked.hash, case when key.id is null then 'absent'
      when key.revoked_at is not null or key.expires_at <= now() then 'ended' else 'live' end as state
    from unnest(${`{${hashes.join(',')}}`}::text[]) as asked (hash) left join api_keys key on key.hash = asked.hash`)
  return new Map(ApiKeyStates.parse(rows).map(({ hash, state }) => [hash, state]))
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
