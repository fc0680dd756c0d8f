/** JSON bodies: of an import, and of a merge patch. */
import { beforeEach, describe, expect, it } from 'vitest'
import { call, emptyLibrary, expectProblem, fixture, storedKeys, uploaded } from './api.ts'
import { asking, source } from './importing.ts'

beforeEach(emptyLibrary)

describe('a request to import', () => {
  const url = `${source}/song.mp3`
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

  it.each([
    ['no body', '', 400, 'malformed-json', undefined],
    ['no JSON', '{"url": ', 400, 'malformed-json', undefined],
    ['deep JSON', nested(30_000), 400, 'malformed-json', undefined],
    ['no object', '[]', 422, 'invalid-fields', ''],
    ['no URL', '{}', 422, 'invalid-fields', '/url'],
    ['no string', '{"url": 1}', 422, 'invalid-fields', '/url'],
    ['a relative URL', '{"url": "/song.mp3"}', 422, 'invalid-fields', '/url'],
    ['a malformed URL', '{"url": "http://[::1%25eth0]/"}', 422, 'invalid-fields', '/url'],
    ['a long URL', JSON.stringify({ url: `${url}?${'x'.repeat(2048)}` }), 422, 'invalid-fields', '/url'],
    ['an unknown field', JSON.stringify({ url, titel: 'x' }), 422, 'invalid-fields', '/titel'],
    ['a prototype', `{"url": "${url}", "__proto__": {"title": "x"}}`, 422, 'invalid-fields', '/__proto__'],
    ['tags as text', JSON.stringify({ url, tags: 'a,b' }), 422, 'invalid-fields', '/tags'],
    ['a long title', JSON.stringify({ url, title: 'x'.repeat(201) }), 422, 'invalid-fields', '/title'],
    ['too much JSON', JSON.stringify({ url, title: 'x'.repeat(65_536) }), 413, 'too-large', undefined],
  ])('%s', async (_, body, status, name, pointer) => {
    const problem = await expectProblem(await call('/api/clips', asking(body)), status, name)
    expect(problem.errors?.[0]?.pointer).toBe(pointer)
    expect(await storedKeys()).toEqual([])
  })

  it('that does not end is cut off', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(4096).fill(32)),
    })
    await expectProblem(await call('/api/clips', { ...asking(''), body: endless }), 413, 'too-large')
  })

  it('that is not UTF-8 is refused', async () => {
    const body = new Uint8Array([
      ...new TextEncoder().encode(`{"url": "${url}", "title": "Z`),
      0xfc,
      0x22,
      0x7d,
    ])
    await expectProblem(await call('/api/clips', { ...asking(''), body }), 400, 'malformed-json')
  })

  it('needs a key', async () => {
    const headers = { 'Content-Type': 'application/json' }
    await expectProblem(await call('/api/clips', { ...asking({ url }), headers }), 401, 'unauthorized')
  })
})

describe('the digest of a request to import', () => {
  const body = JSON.stringify({ url: `${source}/song.mp3`, title: 'x' })
  const digestOf = async (text: string, algorithm = 'SHA-256') =>
    new Uint8Array(await crypto.subtle.digest(algorithm, new TextEncoder().encode(text))).toBase64()
  const send = async (header: string, value: string) => {
    const init = asking(body)
    return await call('/api/clips', { ...init, headers: { ...init.headers, [header]: value } })
  }

  it.each([
    ['Content-Digest', async () => `sha-256=:${await digestOf(body)}:`],
    ['Repr-Digest', async () => `md5=:AAAA:, sha-512=:${await digestOf(body, 'SHA-512')}:`],
  ])('%s that holds', async (header, value) => {
    expect((await send(header, await value())).status).toBe(201)
  })

  it.each([
    ['Content-Digest', async () => `sha-256=:${await digestOf('{}')}:`, 'digest-mismatching-values'],
    ['Repr-Digest', async () => `sha-512=:${await digestOf('{}', 'SHA-512')}:`, 'digest-mismatching-values'],
    ['Content-Digest', () => 'sha-256=:AAAA:', 'digest-invalid-values'],
    ['Repr-Digest', () => 'md5=:AAAA:', 'digest-unsupported-algorithms'],
  ])('%s that does not: nothing is fetched', async (header, value, name) => {
    const response = await send(header, await value())
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: `https://iana.org/assignments/http-problem-types#${name}`,
    })
    expect(await storedKeys()).toEqual([])
  })

  it('cannot be read', async () => {
    await expectProblem(await send('Content-Digest', 'sha-256=:@:'), 400, 'malformed-request')
  })
})

describe('a merge patch', () => {
  it.each([
    ['too much', JSON.stringify({ title: 'x'.repeat(65_536) }), 413, 'too-large'],
    ['too deep', `{"title": ${'['.repeat(20)}${']'.repeat(20)}}`, 400, 'malformed-json'],
    ['not UTF-8', new Uint8Array([0x22, 0xfc, 0x22]), 400, 'malformed-json'],
  ])('%s', async (_, body, status, name) => {
    const { id } = await uploaded(fixture('cbr.mp3'), { title: 'x' })
    const response = await call(`/api/clips/${id}`, { ...asking(''), method: 'PATCH', body })
    await expectProblem(response, status, name)
  })
})
