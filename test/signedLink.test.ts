/** Links to private audio: good as they were signed, and in no other way. */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { hashKey, isWellFormedKey } from '../src/access/apiKey.ts'
import { checkLink, signLink } from '../src/access/signedLink.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, sendJson, uploaded } from './api.ts'
import { callWith } from './faults.ts'

const path = '/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/stream'
const signingKey = 'a signing key of some length'
const expires = 2_000_000_000
const now = expires - 60
const check = async (query: string, at = now, keys = [signingKey], of = path) =>
  await checkLink(of, new URLSearchParams(query), keys, at)

describe('a signature', () => {
  it('is good until it expires', async () => {
    const query = await signLink(path, expires, signingKey)
    expect(await check(query)).toBe('good')
    expect(await check(query, expires - 1)).toBe('good')
    expect(await check(query, expires)).toBe('expired')
  })

  it('is good with the key before, during a rotation', async () => {
    const query = await signLink(path, expires, signingKey)
    expect(await check(query, now, ['the new signing key', signingKey])).toBe('good')
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

  it('does not survive any changed bit, nor another spelling', async () => {
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
        expect(await check(changed)).not.toBe('good')
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

describe('a key', () => {
  it('is another after any change', async () => {
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
  ])('%s is not of our making', (text) => {
    expect(isWellFormedKey(text)).toBe(false)
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

  it('lets anyone hear a private clip, whole, in part and by HEAD; never from a shared cache', async () => {
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

  it('says when it has ended', async () => {
    const { pathname, search } = await linked(1)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    await expectProblem(await call(pathname + search), 403, 'link-expired')
  })

  it('that was signed with the key before still works during a rotation', async () => {
    const { pathname, search } = await linked(60)
    const rotated = {
      ...env,
      SIGNING_KEY: 'quite another signing key',
      PREVIOUS_SIGNING_KEY: 'a signing key for the tests',
    }
    expect((await callWith(rotated, pathname + search)).status).toBe(200)
    const over = { ...env, SIGNING_KEY: 'quite another signing key' }
    await expectProblem(await callWith(over, pathname + search), 404, 'clip-not-found')
  })

  it.each([0, -1, 604_801, 1.5, '60', null, undefined])('cannot last %s seconds', async (expiresIn) => {
    await expectProblem(await link(expiresIn), 422, 'invalid-fields')
  })
})
