/** Headers of every answer, and limits on the URL and the headers of a request. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { bearer, call, emptyLibrary, expectProblem, makeKey, unknownId, uploadAs } from '../support/api.ts'
import { callWith } from '../support/product.ts'

beforeEach(emptyLibrary)

describe('a request', () => {
  it('may have a URL of 8 KiB, and no longer one', async () => {
    expect((await call(`/metrics?x=${'x'.repeat(8000)}`)).status).toBe(200)
    await expectProblem(await call(`/metrics?x=${'x'.repeat(8200)}`), 414, 'uri-too-long')
  })

  it('may have headers of 32 KiB, and no larger ones', async () => {
    expect((await call('/api/clips', { headers: { 'X-Long': 'x'.repeat(32_000) } })).status).toBe(200)
    const response = await call('/api/clips', { headers: { 'X-Long': 'x'.repeat(33_000) } })
    await expectProblem(response, 431, 'headers-too-large')
  })
})

describe('the headers', () => {
  it.each(['/api/clips', '/api/health', '/nothing', '/api/docs'])(
    'of %s forbid what is not needed',
    async (path) => {
      const { headers } = await call(path)
      expect(headers.get('Strict-Transport-Security')).toContain('max-age=')
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(headers.get('Permissions-Policy')).toContain('camera=()')
      expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    },
  )

  it.each<[status: number, ask: Record<string, string>]>([
    [200, {}],
    [206, { Range: 'bytes=0-' }],
  ])('of audio (%i) allow a player, and nothing else', async (status, ask) => {
    const { key } = await makeKey(['write', 'read'])
    const { id } = await uploadAs(key, 'public')
    const response = await call(`/api/clips/${id}/stream`, { headers: ask })
    expect(response.status).toBe(status)
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(response.headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; media-src 'self'; base-uri 'none'; form-action 'none'",
    )
  })

  it('of a refused stream are those of any other problem', async () => {
    const { headers } = await call(`/api/clips/${unknownId}/stream`)
    expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'; sandbox")
  })

  it.each(['/api/clips', '/api/clips/$id', '/api/clips/$id/stats'])(
    'of %s vary by key and by origin',
    async (path) => {
      const { key } = await makeKey(['write', 'read'])
      const { id } = await uploadAs(key)
      const strict: Record<string, string> = { ALLOWED_ORIGINS: 'https://player.example' }
      const { status, headers } = await callWith({ ...env, ...strict }, path.replace('$id', id), {
        headers: { ...bearer(key), Origin: 'https://player.example' },
      })
      expect(status).toBe(200)
      expect(headers.get('Vary')?.split(', ').toSorted()).toEqual(['Authorization', 'Origin'])
    },
  )

  it('of a 304 vary by key too', async () => {
    const { key } = await makeKey(['write', 'read'])
    const { id } = await uploadAs(key)
    const tag = (await call(`/api/clips/${id}`, { headers: bearer(key) })).headers.get('ETag') ?? ''
    const again = await call(`/api/clips/${id}`, { headers: { ...bearer(key), 'If-None-Match': tag } })
    expect(again.status).toBe(304)
    expect(again.headers.get('Vary')).toBe('Authorization')
  })

  it('always have Cache-Control and X-Request-Id', async () => {
    for (const path of ['/', '/api/clips', '/api/docs', '/api/openapi.json', '/api/health', '/x']) {
      const response = await call(path)
      expect(response.headers.get('Cache-Control'), path).toBeTruthy()
    }
    expect((await call('/api/health')).headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})
