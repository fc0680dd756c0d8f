/** POST and GET /api/keys, DELETE /api/keys/{id}. */
import { z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import { insertApiKey, revokeApiKey, selectApiKey, selectApiKeys } from '../db/apiKeys.ts'
import { connect } from '../db/connection.ts'
import { retried } from '../db/retried.ts'
import type { ApiKeyRow } from '../db/apiKeyTable.ts'
import { Problem } from '../http/problem.ts'
import type { Handler } from '../http/router.ts'
import { readJson, valid, validId } from '../http/valid.ts'
import { generateKey, hashKey } from './apiKey.ts'
import { mirrorApiKey, unmirrorApiKey } from './keyMirror.ts'
import { Scope } from './scope.ts'

const longestLifeSeconds = 10 * 365 * 24 * 60 * 60

export const NewApiKey = z
  .strictObject({
    name: z.string().trim().min(1, 'Must not be empty.').max(100, 'At most 100 characters.').openapi({
      description: 'What the key is for.',
      example: 'Field recorder',
    }),
    scopes: z
      .array(Scope)
      .min(1, 'At least one.')
      .transform((scopes) => [...new Set(scopes)])
      .openapi({ type: 'array', example: ['read', 'write'] }),
    expires_in: z.int().min(1).max(longestLifeSeconds).optional().openapi({
      description: 'Seconds until it expires; without it, it does not.',
      example: 7776000,
    }),
  })
  .openapi('NewApiKey')

const Time = z.iso.datetime().nullable()

export const ApiKey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(Scope),
    created_at: z.iso.datetime(),
    expires_at: Time,
    revoked_at: Time,
    last_used_at: Time.openapi({ description: 'To the minute.' }),
  })
  .openapi('ApiKey')

export const CreatedApiKey = ApiKey.extend({
  key: z.string().openapi({ description: 'The key. It is shown this once.', example: 'clips_…' }),
}).openapi('CreatedApiKey')

export const createApiKey: Handler = async (c) => {
  const {
    name,
    scopes,
    expires_in: expiresInSeconds,
  } = valid(NewApiKey, await readJson(c.req.raw, ['application/json']))
  const key = generateKey()
  const [id, hash] = [uuidv7(), await hashKey(key)]
  const expiresAt = expiresInSeconds === undefined ? null : new Date(Date.now() + expiresInSeconds * 1000)
  await mirrorApiKey(c.env.BUCKET, hash, { id, scopes, expires_at: expiresAt?.toISOString() ?? null })
  const database = connect(c.var.settings.database)
  const row = await retried(async () => await insertApiKey(database, { id, name, hash, scopes, expiresAt }))
  return c.json({ ...showApiKey(row), key }, 201, { Location: `/api/keys/${id}` })
}

export const listApiKeys: Handler = async (c) => {
  const rows = await selectApiKeys(connect(c.var.settings.database))
  return c.json({ items: rows.map(showApiKey) })
}

/** Revokes: the key is refused from now on. Its clips stay. */
export const deleteApiKey: Handler = async (c) => {
  const id = validId(c.req.param('id'), 'key-not-found')
  const database = connect(c.var.settings.database)
  const row = await selectApiKey(database, id)
  if (!row) throw new Problem('key-not-found')
  await unmirrorApiKey(c.env.BUCKET, row.hash)
  await retried(async () => await revokeApiKey(database, id))
  return c.body(null, 204)
}

function showApiKey(row: ApiKeyRow): z.input<typeof ApiKey> {
  return {
    id: row.id,
    name: row.name,
    scopes: Scope.array().parse(row.scopes),
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  }
}
