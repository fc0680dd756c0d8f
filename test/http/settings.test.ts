/** Settings: missing ones, and PUBLIC_URL, without which no Host is trusted. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import { trustedOrigin } from '../../src/http/settings.ts'
import { asAdmin, emptyLibrary, expectProblem, fixture, uploaded } from '../support/api.ts'
import { callWith, contextWith, uncached } from '../support/product.ts'

beforeEach(emptyLibrary)

describe('without a setting', () => {
  it.each(['DATABASE_URL', 'ADMIN_KEY', 'MAX_UPLOAD_BYTES'])('%s', async (name) => {
    const response = await callWith({ ...env, [name]: undefined }, '/api/clips')
    const problem = await expectProblem(response, 503, 'misconfigured')
    expect(JSON.stringify(problem)).not.toContain(name)
  })

  it.each([
    'clips.example',
    'https://clips.example,',
    'ftp://clips.example',
    'https://clips.example/library',
    'https://me@clips.example',
    'https://clips.example?a=b',
  ])('PUBLIC_URL, which is %s', async (value) => {
    const response = await callWith(Object.assign({ ...env }, { PUBLIC_URL: value }), '/api/clips')
    await expectProblem(response, 503, 'misconfigured')
  })
})

const two = ['https://clips.example', 'https://clips.example.workers.dev']

describe('the origin of links', () => {
  it.each([
    ['https://clips.example/', two, 'https://clips.example'],
    ['https://clips.example.workers.dev/', two, 'https://clips.example.workers.dev'],
    ['https://evil.example/', two, 'https://clips.example'],
    ['http://clips.example/', two, 'https://clips.example'],
    ['https://clips.example:8443/', two, 'https://clips.example'],
    ['http://127.0.0.1:8787/', two, 'https://clips.example'],
    ['http://127.0.0.1:8787/', [], 'http://127.0.0.1:8787'],
    ['http://localhost:8787/', [], 'http://localhost:8787'],
    ['http://[::1]:8787/', [], 'http://[::1]:8787'],
    ['https://evil.example/', [], undefined],
    ['http://localhost.evil.example/', [], undefined],
    ['http://127.0.0.1.nip.io/', [], undefined],
  ])('of %s with %j is %s', (url, listed, expected) => {
    expect(trustedOrigin(new URL(url), listed)).toBe(expected)
  })
})

/** Sends a request whose Host is forged. */
async function forged(path: string, init: RequestInit = {}, changed: object = {}): Promise<Response> {
  const request = new Request(`https://evil.example${path}`, init)
  return await app.fetch(request, Object.assign({ ...env }, changed), contextWith(uncached()))
}

const asJson = { ...asAdmin, 'Content-Type': 'application/json' }
const post = (body: object) => ({ method: 'POST', headers: asJson, body: JSON.stringify(body) })

describe('a forged Host', () => {
  it('is in no link of any answer', async () => {
    const audio = fixture('opus.opus')
    const { id } = await uploaded(audio, { title: 'x' })
    const raw = { method: 'POST', headers: { ...asAdmin, 'Content-Type': 'audio/ogg' }, body: audio }
    const answers = await Promise.all([
      forged('/api/clips'),
      forged('/api/clips?limit=1'),
      forged(`/api/clips/${id}`),
      forged(`/api/clips/${id}/links`, post({ expires_in: 60 })),
      forged(`/api/clips/${id}`, { ...post({ title: 'y' }), method: 'PATCH' }),
      forged('/api/clips?title=x&allow_duplicate=1', raw),
      forged('/api/openapi.json'),
      forged('/api/docs'),
      forged('/'),
      forged('/nowhere'),
    ])
    for (const answer of answers) {
      const shown = `${JSON.stringify([...answer.headers])} ${await answer.text()}`
      expect(answer.status).toBeLessThan(500)
      expect(shown).not.toContain('evil.example')
    }
    const duplicate = await forged('/api/clips?title=x', raw)
    expect(duplicate.status).toBe(201)
    const refused = await forged('/api/clips?title=x', raw)
    expect(await refused.clone().text()).not.toContain('evil.example')
    await expectProblem(refused, 409, 'duplicate-audio')
  })

  it('does not let an import come from ourselves', async () => {
    const response = await forged('/api/clips', post({ url: 'https://clips.test/api/clips/1/stream' }))
    expect((await expectProblem(response, 422, 'source-refused')).detail).toMatch(/this service/)
  })

  it.each(['/api/clips', '/api/openapi.json'])(
    'is answered with 503 if there is no PUBLIC_URL: %s',
    async (path) => {
      await expectProblem(await forged(path, {}, { PUBLIC_URL: undefined }), 503, 'misconfigured')
    },
  )

  it('does not keep audio from playing', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const response = await forged(`/api/clips/${id}/stream`, {}, { PUBLIC_URL: undefined })
    expect(response.status).toBe(200)
    await response.bytes()
  })
})
