/** API keys: making, using, revoking and expiring them. */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashKey, isWellFormedKey } from '../../src/access/mirroredKeys.ts'
import {
  asAdmin,
  bearer,
  call,
  emptyLibrary,
  expectProblem,
  makeKey,
  sendJson,
  storedKeys,
  unknownId,
  uploadAs,
} from '../support/api.ts'
import { faultyBucket, r2Error } from '../support/faults.ts'
import { callWith } from '../support/product.ts'

beforeEach(emptyLibrary)
afterEach(() => void vi.useRealTimers())

describe('an API key', () => {
  it('is shown once, and stored as a hash', async () => {
    const made = await makeKey(['read', 'write'])
    expect(made.key).toMatch(/^clips_[A-Za-z0-9_-]{43}$/)
    const listed = await (await call('/api/keys', { headers: asAdmin })).text()
    expect(listed).toContain(made.id)
    expect(listed).not.toContain(made.key)
    for (const name of await storedKeys()) {
      expect(name).not.toContain(made.key)
      expect(await (await env.BUCKET.get(name))?.text()).not.toContain(made.key)
    }
  })

  it('works until it is revoked, for metadata and for streams', async () => {
    const { id, key } = await makeKey(['read', 'write'])
    const clip = await uploadAs(key)
    const paths = [`/api/clips/${clip.id}`, `/api/clips/${clip.id}/stream`]
    for (const path of paths) expect((await call(path, { headers: bearer(key) })).status).toBe(200)
    expect((await call(`/api/keys/${id}`, { method: 'DELETE', headers: asAdmin })).status).toBe(204)
    expect((await call(`/api/keys/${id}`, { method: 'DELETE', headers: asAdmin })).status).toBe(204)
    for (const path of paths)
      await expectProblem(await call(path, { headers: bearer(key) }), 401, 'unauthorized')
  })

  it('expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const madeAt = Date.now() - 10_000
    vi.setSystemTime(madeAt)
    const { key, expires_at: expiresAt } = await makeKey(['read'], { expires_in: 5 })
    expect(Date.parse(expiresAt ?? '')).toBe(madeAt + 5000)
    vi.useRealTimers()
    await expectProblem(await call('/api/clips', { headers: bearer(key) }), 401, 'unauthorized')
    await expectProblem(
      await call(`/api/clips/${unknownId}/stream`, { headers: bearer(key) }),
      401,
      'unauthorized',
    )
  })

  it('records when it was last used', async () => {
    const { id, key } = await makeKey(['read'])
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
  ])('is not made from %j', async (body, pointer) => {
    const problem = await expectProblem(
      await sendJson('POST', '/api/keys', body, asAdmin),
      422,
      'invalid-fields',
    )
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer)
  })

  it('is not made when its mirror in R2 cannot be written', async () => {
    const withoutMirror = faultyBucket(env.BUCKET, (operation, name) =>
      operation === 'put' && String(name).startsWith('keys/') ? r2Error() : undefined,
    )
    const body = JSON.stringify({ name: 'x', scopes: ['read'] })
    const init = { method: 'POST', headers: { ...asAdmin, 'Content-Type': 'application/json' }, body }
    const response = await callWith({ ...env, BUCKET: withoutMirror }, '/api/keys', init)
    await expectProblem(response, 503, 'storage-unavailable')
    const listed = await (await call('/api/keys', { headers: asAdmin })).json()
    expect(listed).toEqual({ items: [] })
  })
})

describe('the form of a key', () => {
  it('has another hash after any change', async () => {
    const key = `clips_${'aZ09-_'.repeat(7)}x`
    const hash = await hashKey(key)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(key.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (at, character) => {
          const changed = key.slice(0, at) + character + key.slice(at + 1)
          if (changed !== key) expect(await hashKey(changed)).not.toBe(hash)
        },
      ),
    )
  })

  it.each([
    '',
    'clips_',
    'clips_local',
    `clips_${'a'.repeat(42)}`,
    `clips_${'a'.repeat(44)}`,
    `clips_${'a'.repeat(42)}=`,
  ])('%s is not well-formed', (text) => {
    expect(isWellFormedKey(text)).toBe(false)
  })
})
