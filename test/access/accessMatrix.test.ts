/** The exact status of every route for every caller, for public and for private clips. A route without a row fails. */
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { routes } from '../../src/app.ts'
import { deliverAnalysis } from '../support/analyses.ts'
import {
  asAdmin,
  bearer,
  call,
  database,
  emptyLibrary,
  fixture,
  makeKey,
  uploadAs,
  type MadeKey,
} from '../support/api.ts'

/** Who asks. `owner` made the clip and may read and write. `writeOwner` made it and may only write. */
const callers = [
  'none',
  'malformed',
  'wrong',
  'revoked',
  'expired',
  'read',
  'write',
  'readWrite',
  'owner',
  'writeOwner',
  'keyAdmin',
  'settingsAdmin',
] as const
type CallerName = (typeof callers)[number]

/** One status for all callers, or one for each; `rest` is for those not named. */
type Statuses = number | ({ rest: number } & Partial<Record<CallerName, number>>)
type Row = { public: Statuses; private?: Statuses; send: (to: To) => Sent }
type Sent = { path: string; method?: string; headers?: Record<string, string>; body?: BodyInit }
type To = { id: string; keyId: string }

/** A bad key is a 401 on every route that reads keys. */
const bad = { malformed: 401, wrong: 401, revoked: 401, expired: 401 }
const json = (method: string, path: string, body: unknown) => ({
  method,
  path,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

const needsWrite = { ...bad, none: 401, read: 403 }
const onlyAdmin = (status: number): Statuses => ({
  ...bad,
  none: 401,
  rest: 403,
  keyAdmin: status,
  settingsAdmin: status,
})
/** Others get a 404 for a private clip. Its owner gets a 403 with a key without `read`. */
const readsPrivate: Statuses = {
  ...bad,
  rest: 404,
  owner: 200,
  writeOwner: 403,
  keyAdmin: 200,
  settingsAdmin: 200,
}

const rows: Record<string, Row> = {
  'GET /api/clips': { public: { ...bad, rest: 200 }, send: () => ({ path: '/api/clips' }) },
  'GET /api/clips/facets': { public: { ...bad, rest: 200 }, send: () => ({ path: '/api/clips/facets' }) },
  'POST /api/clips': {
    public: { ...needsWrite, rest: 201 },
    send: () => ({
      method: 'POST',
      path: '/api/clips?title=x&allow_duplicate=1',
      headers: { 'Content-Type': 'audio/ogg' },
      body: fixture('opus.opus'),
    }),
  },
  'GET /api/clips/{id}': {
    public: { ...bad, rest: 200 },
    private: readsPrivate,
    send: ({ id }) => ({ path: `/api/clips/${id}` }),
  },
  'PATCH /api/clips/{id}': {
    public: { ...needsWrite, rest: 403, owner: 200, writeOwner: 200, keyAdmin: 200, settingsAdmin: 200 },
    private: { ...needsWrite, rest: 404, owner: 200, writeOwner: 200, keyAdmin: 200, settingsAdmin: 200 },
    send: ({ id }) => json('PATCH', `/api/clips/${id}`, { description: crypto.randomUUID() }),
  },
  'DELETE /api/clips/{id}': {
    public: { ...needsWrite, rest: 403, owner: 204, writeOwner: 204, keyAdmin: 204, settingsAdmin: 204 },
    private: { ...needsWrite, rest: 404, owner: 204, writeOwner: 204, keyAdmin: 204, settingsAdmin: 204 },
    send: ({ id }) => ({ method: 'DELETE', path: `/api/clips/${id}` }),
  },
  'GET /api/clips/{id}/stream': {
    public: { ...bad, rest: 200 },
    private: readsPrivate,
    send: ({ id }) => ({ path: `/api/clips/${id}/stream` }),
  },
  'GET /api/clips/{id}/waveform': {
    public: { ...bad, rest: 200 },
    private: readsPrivate,
    send: ({ id }) => ({ path: `/api/clips/${id}/waveform` }),
  },
  'GET /api/clips/{id}/waveform.svg': {
    public: { ...bad, rest: 200 },
    private: readsPrivate,
    send: ({ id }) => ({ path: `/api/clips/${id}/waveform.svg` }),
  },
  'POST /api/clips/{id}/links': {
    public: { ...bad, none: 401, rest: 403, owner: 201, keyAdmin: 201, settingsAdmin: 201 },
    private: {
      ...bad,
      none: 401,
      write: 403,
      writeOwner: 403,
      rest: 404,
      owner: 201,
      keyAdmin: 201,
      settingsAdmin: 201,
    },
    send: ({ id }) => json('POST', `/api/clips/${id}/links`, { expires_in: 60 }),
  },
  'POST /api/keys': {
    public: onlyAdmin(201),
    send: () => json('POST', '/api/keys', { name: 'New', scopes: ['read'] }),
  },
  'GET /api/keys': { public: onlyAdmin(200), send: () => ({ path: '/api/keys' }) },
  'DELETE /api/keys/{id}': {
    public: onlyAdmin(204),
    send: ({ keyId }) => ({ method: 'DELETE', path: `/api/keys/${keyId}` }),
  },
  'GET /api/clips/{id}/stats': {
    public: { ...bad, rest: 200 },
    private: readsPrivate,
    send: ({ id }) => ({ path: `/api/clips/${id}/stats` }),
  },
  'GET /api/stats': { public: { ...bad, rest: 200 }, send: () => ({ path: '/api/stats' }) },
  'GET /metrics': { public: { ...bad, rest: 200 }, send: () => ({ path: '/metrics' }) },
  'GET /api/health': { public: { ...bad, rest: 200 }, send: () => ({ path: '/api/health' }) },
}

const keys = new Map<CallerName, string>()
let victim: string

beforeAll(async () => {
  await emptyLibrary()
  const scopes = {
    read: ['read'],
    write: ['write'],
    readWrite: ['read', 'write'],
    owner: ['read', 'write'],
    writeOwner: ['write'],
    keyAdmin: ['admin'],
    revoked: ['read', 'write', 'admin'],
    expired: ['read', 'write', 'admin'],
  } satisfies Partial<Record<CallerName, string[]>>
  const made = new Map<string, MadeKey>()
  for (const [name, allowed] of Object.entries(scopes)) made.set(name, await makeKey(allowed))
  for (const name of callers) {
    const key = made.get(name)?.key
    if (key) keys.set(name, key)
  }
  await call(`/api/keys/${made.get('revoked')?.id}`, { method: 'DELETE', headers: asAdmin })
  await expire(made.get('expired'))
  victim = (await makeKey(['read'])).id
})

/** Lets a key expire, in its row and in its mirror in R2. */
async function expire(key: MadeKey | undefined): Promise<void> {
  const past = '2020-01-01T00:00:00.000Z'
  await database().execute(sql`update api_keys set expires_at = ${past}::timestamptz where id = ${key?.id}`)
  for (const { key: name } of (await env.BUCKET.list({ prefix: 'keys/' })).objects) {
    const mirrored = await (await env.BUCKET.get(name))?.json<{ id: string }>()
    if (mirrored?.id === key?.id)
      await env.BUCKET.put(name, JSON.stringify({ ...mirrored, expires_at: past }))
  }
}

function credentials(caller: CallerName): Record<string, string> {
  if (caller === 'none') return {}
  if (caller === 'malformed') return { Authorization: 'Basic Y2xpcHM6Y2xpcHM=' }
  if (caller === 'wrong') return bearer(`clips_${'x'.repeat(43)}`)
  if (caller === 'settingsAdmin') return asAdmin
  return bearer(keys.get(caller) ?? '')
}

/** A clip of each owner and visibility, until it is deleted. */
const clips = new Map<string, string>()

async function clipOf(caller: CallerName, visibility: 'public' | 'private'): Promise<string> {
  const owner = caller === 'writeOwner' ? 'writeOwner' : 'owner'
  const name = `${owner} ${visibility}`
  const known = clips.get(name)
  if (known !== undefined) return known
  const { id } = await uploadAs(keys.get(owner) ?? '', visibility)
  await deliverAnalysis({ clip: id })
  clips.set(name, id)
  return id
}

const statusFor = (statuses: Statuses, caller: CallerName) =>
  typeof statuses === 'number' ? statuses : (statuses[caller] ?? statuses.rest)

describe.each(Object.entries(rows))('%s', (_, row) => {
  const visibilities = row.private === undefined ? (['public'] as const) : (['public', 'private'] as const)
  describe.each(visibilities)('of a %s clip', (visibility) => {
    it.each(callers)('by %s', async (caller) => {
      const id = await clipOf(caller, visibility)
      const { path, ...init } = row.send({ id, keyId: victim })
      const response = await call(path, { ...init, headers: { ...init.headers, ...credentials(caller) } })
      const text = await response.text()
      expect(response.status, text).toBe(statusFor(row[visibility] ?? row.public, caller))
      if (response.status === 204) clips.clear()
      // Who may not know of a clip cannot tell it from one that does not exist.
      if (response.status === 404) expect(text).toContain('clip-not-found')
      if (response.status === 401) expect(response.headers.get('WWW-Authenticate')).toContain('Bearer')
    })
  })
})

describe('the OpenAPI document', () => {
  it('declares every operation and every status of the matrix, and no other operation', () => {
    const described = routes.map(({ route: { method, path } }) => `${method.toUpperCase()} ${path}`)
    expect(Object.keys(rows).toSorted()).toEqual(described.toSorted())
    for (const { route: operation } of routes) {
      const row = rows[`${operation.method.toUpperCase()} ${operation.path}`]
      const statuses = [row?.public, row?.private].flatMap((given) =>
        typeof given === 'object' ? Object.values(given) : (given ?? []),
      )
      for (const status of statuses)
        expect(Object.keys(operation.responses), operation.operationId).toContain(String(status))
    }
  })
})
