/** Signed links to private audio: signing, checking, expiry and key rotation. */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { verifyLink, signLink } from '../../src/access/signedLinks.ts'
import {
  asAdmin,
  call,
  emptyLibrary,
  expectProblem,
  fixture,
  sendJson,
  unknownId,
  uploaded,
} from '../support/api.ts'
import { callWith } from '../support/product.ts'

afterEach(() => void vi.useRealTimers())

const path = `/api/clips/${unknownId}/stream`
const signingKey = 'a signing key of some length'
const expires = 2_000_000_000
const now = expires - 60
const check = async (query: string, at = now, keys = [signingKey], of = path) =>
  await verifyLink(of, Object.fromEntries(new URLSearchParams(query)), keys, at)

describe('a signature', () => {
  it('is good until it expires', async () => {
    const query = await signLink(path, expires, signingKey)
    expect(await check(query)).toBe('valid')
    expect(await check(query, expires - 1)).toBe('valid')
    expect(await check(query, expires)).toBe('expired')
  })

  it('is good with the previous key, during a rotation', async () => {
    const query = await signLink(path, expires, signingKey)
    expect(await check(query, now, ['the new signing key', signingKey])).toBe('valid')
    expect(await check(query, now, ['the new signing key'])).toBe('forged')
  })

  it.each([
    ['', 'none'],
    ['expires=2000000000', 'forged'],
    ['signature=x', 'forged'],
    ['expires=2000000000&signature=', 'forged'],
    [`expires=2000000000&signature=${'A'.repeat(43)}`, 'forged'],
    [`expires=-1&signature=${'A'.repeat(43)}`, 'forged'],
    [`expires=1e9&signature=${'A'.repeat(43)}`, 'forged'],
  ])('%s: %s', async (query, verdict) => {
    expect(await check(query)).toBe(verdict)
  })

  it('is not good after a change of any bit', async () => {
    const query = await signLink(path, expires, signingKey)
    const bits = fc.record({ at: fc.nat(query.length - 1), bit: fc.integer({ min: 0, max: 6 }) })
    await fc.assert(
      fc.asyncProperty(bits, async ({ at, bit }) => {
        const bent = String.fromCharCode(query.charCodeAt(at) ^ (1 << bit))
        const changed = query.slice(0, at) + bent + query.slice(at + 1)
        const [before, after] = [new URLSearchParams(query), new URLSearchParams(changed)]
        if (
          before.get('expires') === after.get('expires') &&
          before.get('signature') === after.get('signature')
        )
          return
        expect(await check(changed)).not.toBe('valid')
        expect(await check(changed)).not.toBe('expired')
      }),
      { numRuns: 500 },
    )
  })

  it('is bound to the clip', async () => {
    const query = await signLink(path, expires, signingKey)
    expect(await check(query, now, [signingKey], path.replace('0199', '0198'))).toBe('forged')
  })
})

describe('a link', () => {
  let id: string
  beforeAll(async () => {
    await emptyLibrary()
    id = (await uploaded(fixture('opus.opus'), { title: 'Secret', visibility: 'private' })).id
  })
  const link = async (expiresIn: unknown, headers = asAdmin) =>
    await sendJson('POST', `/api/clips/${id}/links`, { expires_in: expiresIn }, headers)
  const linked = async (expiresIn: number) =>
    new URL((await (await link(expiresIn)).json<{ url: string }>()).url)

  it('streams a private clip to anyone, whole, in part and by HEAD, and never from a shared cache', async () => {
    const { pathname, search } = await linked(60)
    const whole = await call(pathname + search)
    expect(await whole.bytes()).toEqual(fixture('opus.opus'))
    expect(whole.headers.get('Cache-Control')).toBe('private, no-store, no-transform')
    expect((await call(pathname + search, { headers: { Range: 'bytes=0-1' } })).status).toBe(206)
    expect((await call(pathname + search, { method: 'HEAD' })).status).toBe(200)
    await expectProblem(await call(pathname), 404, 'clip-not-found')
    await expectProblem(
      await call(`${pathname}?expires=9999999999&signature=${'A'.repeat(43)}`),
      404,
      'clip-not-found',
    )
  })

  it('is a 403 after it has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() - 10_000)
    const { pathname, search } = await linked(5)
    vi.useRealTimers()
    await expectProblem(await call(pathname + search), 403, 'link-expired')
  })

  it('that was signed with the previous key works during a rotation', async () => {
    const { pathname, search } = await linked(60)
    const rotated = {
      ...env,
      SIGNING_KEY: 'another signing key',
      PREVIOUS_SIGNING_KEY: 'a signing key for the tests',
    }
    expect((await callWith(rotated, pathname + search)).status).toBe(200)
    const over = { ...env, SIGNING_KEY: 'another signing key' }
    await expectProblem(await callWith(over, pathname + search), 404, 'clip-not-found')
  })

  it.each([0, -1, 604_801, 1.5, '60', null, undefined])('cannot last %s seconds', async (expiresIn) => {
    await expectProblem(await link(expiresIn), 422, 'invalid-fields')
  })
})
