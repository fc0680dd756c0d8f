/** Keys, ownership, signed links and limits, one by one; every route at once is in accessMatrix.test.ts. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { CreatedApiKey } from '../src/access/keys.ts'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, sendJson, storedKeys } from './api.ts'
import { callWith, faultyBucket, withQueries } from './faults.ts'

beforeEach(emptyLibrary)

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` })

async function newKey(scopes: string[], more: Record<string, unknown> = {}) {
  const response = await sendJson('POST', '/api/keys', { name: 'Test', scopes, ...more }, asAdmin)
  expect(response.status).toBe(201)
  return CreatedApiKey.parse(await response.json())
}

async function uploadAs(key: string, visibility = 'private') {
  const response = await call(`/api/clips?title=Mine&visibility=${visibility}&allow_duplicate=1`, {
    method: 'POST',
    headers: { ...bearer(key), 'Content-Type': 'audio/ogg' },
    body: fixture('opus.opus'),
  })
  expect(response.status).toBe(201)
  return Clip.parse(await response.json())
}

describe('API keys', () => {
  it('are shown once, and stored as a hash', async () => {
    const made = await newKey(['read', 'write'])
    expect(made.key).toMatch(/^clips_[A-Za-z0-9_-]{43}$/)
    const listed = await (await call('/api/keys', { headers: asAdmin })).text()
    expect(listed).toContain(made.id)
    expect(listed).not.toContain(made.key)
    for (const name of await storedKeys()) {
      expect(name).not.toContain(made.key)
      expect(await (await env.BUCKET.get(name))?.text()).not.toContain(made.key)
    }
  })

  it('work until they are revoked, for everything and for streams', async () => {
    const { id, key } = await newKey(['read', 'write'])
    const clip = await uploadAs(key)
    const paths = [`/api/clips/${clip.id}`, `/api/clips/${clip.id}/stream`]
    for (const path of paths) expect((await call(path, { headers: bearer(key) })).status).toBe(200)
    expect((await call(`/api/keys/${id}`, { method: 'DELETE', headers: asAdmin })).status).toBe(204)
    expect((await call(`/api/keys/${id}`, { method: 'DELETE', headers: asAdmin })).status).toBe(204)
    for (const path of paths)
      await expectProblem(await call(path, { headers: bearer(key) }), 401, 'unauthorized')
  })

  it('expire', async () => {
    const { key, expires_at: expiresAt } = await newKey(['read'], { expires_in: 1 })
    expect(Date.parse(expiresAt ?? '')).toBeGreaterThan(Date.now() - 5000)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await expectProblem(await call('/api/clips', { headers: bearer(key) }), 401, 'unauthorized')
    const stream = '/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/stream'
    await expectProblem(await call(stream, { headers: bearer(key) }), 401, 'unauthorized')
  })

  it('note when they were used', async () => {
    const { id, key } = await newKey(['read'])
    await call('/api/clips', { headers: bearer(key) })
    await expect
      .poll(async () => await (await call('/api/keys', { headers: asAdmin })).text(), { timeout: 10_000 })
      .toMatch(new RegExp(`"id":"${id}"[^}]*"last_used_at":"2`))
  })

  it.each([
    [{ name: '', scopes: ['read'] }, '/name'],
    [{ name: 'x', scopes: [] }, '/scopes'],
    [{ name: 'x', scopes: ['root'] }, '/scopes/0'],
    [{ name: 'x', scopes: ['read'], expires_in: 0 }, '/expires_in'],
    [{ name: 'x', scopes: ['read'], expires_in: 1.5 }, '/expires_in'],
    [{ name: 'x', scopes: ['read'], key: 'mine' }, '/key'],
    [{}, '/name'],
  ])('refuse %j', async (body, pointer) => {
    const problem = await expectProblem(
      await sendJson('POST', '/api/keys', body, asAdmin),
      422,
      'invalid-fields',
    )
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer)
  })

  it('are made whole or not at all', async () => {
    const refuses = (prefix: string) => (operation: string, name: unknown) =>
      operation === 'put' && String(name).startsWith(prefix) ? Promise.reject(new Error('no')) : undefined
    const body = JSON.stringify({ name: 'x', scopes: ['read'] })
    const init = { method: 'POST', headers: { ...asAdmin, 'Content-Type': 'application/json' }, body }
    const withoutMirror = { ...env, BUCKET: faultyBucket(env.BUCKET, refuses('keys/')) }
    await expectProblem(await callWith(withoutMirror, '/api/keys', init), 503, 'storage-away')
    const listed = await (await call('/api/keys', { headers: asAdmin })).json()
    expect(listed).toEqual({ items: [] })
  })
})

describe('without Postgres', () => {
  it('private audio still plays for its owner', async () => {
    const { key } = await newKey(['read', 'write'])
    const { id } = await uploadAs(key)
    await withQueries(
      async () => await Promise.reject(new Error('away')),
      async () => {
        const response = await callWith(env, `/api/clips/${id}/stream`, { headers: bearer(key) })
        expect(await response.bytes()).toEqual(fixture('opus.opus'))
      },
    )
  })
})

describe('ownership', () => {
  it('hides private clips from other keys everywhere, and keeps others from changing public ones', async () => {
    const [mine, other] = [await newKey(['read', 'write']), await newKey(['read', 'write'])]
    const secret = await uploadAs(mine.key)
    const shown = await uploadAs(mine.key, 'public')
    const ids = async (headers: HeadersInit) =>
      (await (await call('/api/clips', { headers })).json<{ items: Clip[] }>()).items.map(({ id }) => id)
    expect((await ids(bearer(mine.key))).toSorted()).toEqual([secret.id, shown.id].toSorted())
    expect(await ids(bearer(other.key))).toEqual([shown.id])
    expect(await ids({})).toEqual([shown.id])
    const patch = async (id: string) =>
      await sendJson('PATCH', `/api/clips/${id}`, { title: 'x' }, bearer(other.key))
    await expectProblem(await patch(secret.id), 404, 'clip-not-found')
    await expectProblem(await patch(shown.id), 403, 'forbidden')
    const remove = { method: 'DELETE', headers: bearer(other.key) }
    await expectProblem(await call(`/api/clips/${secret.id}`, remove), 404, 'clip-not-found')
    await expectProblem(await call(`/api/clips/${shown.id}`, remove), 403, 'forbidden')
  })

  it('does not tell one owner of the other’s duplicates', async () => {
    const [mine, other] = [await newKey(['write']), await newKey(['write'])]
    const send = async (key: string) =>
      await call('/api/clips?title=x', {
        method: 'POST',
        headers: { ...bearer(key), 'Content-Type': 'audio/ogg' },
        body: fixture('opus.opus'),
      })
    expect((await send(mine.key)).status).toBe(201)
    expect((await send(other.key)).status).toBe(201)
    expect((await send(mine.key)).status).toBe(409)
  })
})

describe('limits', () => {
  it('are counted by the real binding, by key for writes', async () => {
    const [one, other] = [await newKey(['write']), await newKey(['write'])]
    const remove = async (key: string) =>
      await callWith({ ...env, RATE_LIMITS: 'on' } as Env, '/api/clips/x', {
        method: 'DELETE',
        headers: bearer(key),
      })
    // 60 a minute of the clock: of more than twice as many, one minute has too many, though a new one begins meanwhile.
    const statuses = new Set<number>()
    for (let sent = 0; sent < 130 && !statuses.has(429); sent++) statuses.add((await remove(one.key)).status)
    expect([...statuses]).toEqual([404, 429])
    expect((await remove(other.key)).status).toBe(404)
  })
})

describe('the head of a request', () => {
  it('may have an address of 8 KiB, and no more', async () => {
    expect((await call(`/api/clips?x=${'x'.repeat(8000)}`)).status).toBe(200)
    await expectProblem(await call(`/api/clips?x=${'x'.repeat(8200)}`), 414, 'address-too-long')
  })

  it('may have headers of 32 KiB, and no more', async () => {
    expect((await call('/api/clips', { headers: { 'X-Long': 'x'.repeat(32_000) } })).status).toBe(200)
    const response = await call('/api/clips', { headers: { 'X-Long': 'x'.repeat(33_000) } })
    await expectProblem(response, 431, 'headers-too-large')
  })
})

describe('headers', () => {
  it.each(['/api/clips', '/api/health', '/nothing', '/api/docs'])('of %s', async (path) => {
    const { headers } = await call(path)
    expect(headers.get('Strict-Transport-Security')).toContain('max-age=')
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('Permissions-Policy')).toContain('camera=()')
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  })

  it('of audio sandbox it', async () => {
    const { key } = await newKey(['write', 'read'])
    const { id } = await uploadAs(key, 'public')
    const { headers } = await call(`/api/clips/${id}/stream`)
    expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'; sandbox")
  })

  it.each(['/api/clips', '/api/clips/$id', '/api/clips/$id/stats'])(
    'of %s say that it depends on the key, beside the origin',
    async (path) => {
      const { key } = await newKey(['write', 'read'])
      const { id } = await uploadAs(key)
      const strict: Record<string, string> = { ALLOWED_ORIGINS: 'https://player.example' }
      const { status, headers } = await callWith({ ...env, ...strict }, path.replace('$id', id), {
        headers: { ...bearer(key), Origin: 'https://player.example' },
      })
      expect(status).toBe(200)
      expect(headers.get('Vary')?.split(', ').toSorted()).toEqual(['Authorization', 'Origin'])
    },
  )

  it('of a 304 say so too', async () => {
    const { key } = await newKey(['write', 'read'])
    const { id } = await uploadAs(key)
    const tag = (await call(`/api/clips/${id}`, { headers: bearer(key) })).headers.get('ETag') ?? ''
    const again = await call(`/api/clips/${id}`, { headers: { ...bearer(key), 'If-None-Match': tag } })
    expect(again.status).toBe(304)
    expect(again.headers.get('Vary')).toBe('Authorization')
  })

  it('never let Host decide on links where PUBLIC_URL is set', async () => {
    const { key } = await newKey(['write', 'read'])
    const { id } = await uploadAs(key, 'public')
    const response = await callWith(
      { ...env, PUBLIC_URL: 'https://clips.example' } as Env,
      `/api/clips/${id}`,
    )
    expect(Clip.parse(await response.json()).audio_url).toBe(`https://clips.example/api/clips/${id}/stream`)
  })
})
