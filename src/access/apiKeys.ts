/** The routes of API keys: create, list, revoke. */
import { createRoute, defineOpenAPIRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import { insertApiKey, revokeApiKey, selectApiKey, selectApiKeys, type ApiKeyRow } from '../db/apiKeys.ts'
import { isDatabaseUnavailable } from '../db/connection.ts'
import { surviveDisconnect } from '../http/headers.ts'
import { limitJson } from '../http/jsonBody.ts'
import { Problem } from '../http/problem.ts'
import { json, jsonBody, needsKey, NoQuery, problems } from '../http/responses.ts'
import { retry } from '../http/retry.ts'
import { inOrder, idParams, integer } from '../http/router.ts'
import { line } from '../http/text.ts'
import { authenticate, requireScope } from './authenticate.ts'
import { deleteMirroredKey, generateKey, hashKey, mirrorApiKey } from './mirroredKeys.ts'
import { Scope } from './permissions.ts'
import { rateLimit } from './rateLimit.ts'

const maxLifetimeSeconds = 10 * 365 * 24 * 60 * 60

const NewApiKey = z
  .strictObject({
    name: line(100).openapi({
      type: 'string',
      minLength: 1,
      maxLength: 100,
      description: 'What the key is for.',
      example: 'Field recorder',
    }),
    scopes: z
      .array(Scope)
      .min(1)
      .transform((scopes) => [...new Set(scopes)])
      .openapi({ type: 'array', minItems: 1, example: ['read', 'write'] }),
    expires_in: integer(1, maxLifetimeSeconds).optional().openapi({
      description: 'Seconds until the key expires. Without it, the key does not expire.',
      example: 7776000,
    }),
  })
  .openapi('NewApiKey')

const Time = z.iso.datetime().nullable()

const ApiKey = z
  .object({
    id: z.uuid().openapi({ description: 'UUIDv7.' }),
    name: z.string().openapi({ description: 'What the key is for.' }),
    scopes: z.array(Scope),
    created_at: z.iso.datetime(),
    expires_at: Time.openapi({ description: 'Null if it does not expire.' }),
    revoked_at: Time.openapi({ description: 'Null unless it is revoked.' }),
    last_used_at: Time.openapi({ description: 'Accurate to a minute.' }),
  })
  .openapi('ApiKey')

export const CreatedApiKey = ApiKey.extend({
  key: z.string().openapi({ description: 'The key. It is shown only once.', example: 'clips_…' }),
}).openapi('CreatedApiKey')

const createChecks = inOrder(
  authenticate,
  requireScope('admin'),
  rateLimit('write'),
  surviveDisconnect,
  limitJson('application/json'),
)

export const createApiKey = defineOpenAPIRoute({
  route: createRoute({
    method: 'post',
    path: '/api/keys',
    operationId: 'createApiKey',
    tags: ['Access'],
    ...needsKey,
    summary: 'Create an API key',
    description: 'The key is shown only once; its hash is stored. Needs the scope `admin`.',
    middleware: createChecks,
    request: { query: NoQuery, body: jsonBody(NewApiKey) },
    responses: {
      201: json('The key.', CreatedApiKey, { Location: 'The address at which it is revoked.' }),
      ...problems(createChecks, 'invalid-fields', 'storage-unavailable'),
    },
  }),
  handler: async (c) => {
    const { name, scopes, expires_in: expiresInSeconds } = c.req.valid('json')
    const { db } = c.var
    const key = generateKey()
    const [id, hash] = [uuidv7(), await hashKey(key)]
    const expiresAt = expiresInSeconds === undefined ? null : new Date(Date.now() + expiresInSeconds * 1000)
    await mirrorApiKey(c.env.BUCKET, hash, { id, scopes, expires_at: expiresAt?.toISOString() ?? null })
    const insert = async () => await insertApiKey(db, { id, name, hash, scopes, expiresAt })
    const row = await retry(insert, isDatabaseUnavailable)
    return c.json({ ...showApiKey(row), key }, 201, { Location: `/api/keys/${id}` })
  },
})

const listChecks = inOrder(authenticate, requireScope('admin'))

export const listApiKeys = defineOpenAPIRoute({
  route: createRoute({
    method: 'get',
    path: '/api/keys',
    operationId: 'listApiKeys',
    tags: ['Access'],
    ...needsKey,
    summary: 'List API keys',
    description:
      'All keys, with the revoked and expired ones, without their secrets. Needs the scope `admin`.',
    middleware: listChecks,
    request: { query: NoQuery },
    responses: {
      200: json('The keys, newest first.', z.object({ items: z.array(ApiKey) })),
      ...problems(listChecks, 'invalid-fields'),
    },
  }),
  handler: async (c) => c.json({ items: (await selectApiKeys(c.var.db)).map(showApiKey) }, 200),
})

const revokeChecks = inOrder(authenticate, requireScope('admin'), rateLimit('write'), surviveDisconnect)

export const revokeKey = defineOpenAPIRoute({
  route: createRoute({
    method: 'delete',
    path: '/api/keys/{id}',
    operationId: 'revokeApiKey',
    tags: ['Access'],
    ...needsKey,
    summary: 'Revoke an API key',
    description: 'The key is refused from now on; its clips stay. Needs the scope `admin`.',
    middleware: revokeChecks,
    request: { params: idParams('key-not-found'), query: NoQuery },
    responses: {
      204: { description: 'The key is revoked.' },
      ...problems(revokeChecks, 'key-not-found', 'invalid-fields', 'storage-unavailable'),
    },
  }),
  handler: async (c) => {
    const { id } = c.req.valid('param')
    const { db } = c.var
    const row = await selectApiKey(db, id)
    if (!row) throw new Problem('key-not-found')
    await deleteMirroredKey(c.env.BUCKET, row.hash)
    await retry(async () => await revokeApiKey(db, id), isDatabaseUnavailable)
    return c.body(null, 204)
  },
})

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
