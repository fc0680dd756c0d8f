/** Digests of a request: RFC 9530. A wrong one stores nothing. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { utf8 } from '../support/bytes.ts'
import { call, emptyLibrary, expectProblem, fixture, storedKeys } from '../support/api.ts'
import { asking } from '../support/importing.ts'
import { sourceUrl } from '../support/services.ts'
import { digestOf, expectClips, postRaw } from '../support/rawUpload.ts'

const bytes = fixture('opus.opus')
const other = fixture('vorbis.ogg')

beforeEach(emptyLibrary)

describe('the digest of an upload', () => {
  it.each([
    ['Repr-Digest', async () => `sha-256=:${await digestOf('SHA-256', bytes)}:`],
    ['Content-Digest', async () => `sha-512=:${await digestOf('SHA-512', bytes)}:`],
    ['Repr-Digest', async () => `md5=:AAAA:, sha-256=:${await digestOf('SHA-256', bytes)}:`],
  ])('that is right is accepted: %s', async (header, value) => {
    expect((await postRaw({ [header]: await value() })).status).toBe(201)
  })

  it.each([
    ['Repr-Digest', 'sha-256', 'SHA-256'],
    ['Content-Digest', 'sha-512', 'SHA-512'],
  ])('of other bytes stores nothing: %s', async (header, algorithm, name) => {
    const digest = await digestOf(name, other)
    const response = await postRaw({ [header]: `${algorithm}=:${digest}:` })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#digest-mismatching-values',
      'mismatching-digests': [{ algorithm, header, 'provided-digest': `:${digest}:` }],
    })
    await expectClips(0)
  })

  it.each([
    ['sha-256=:AAAA:', 'digest-invalid-values', 'invalid-digests'],
    ['sha-256=5', 'digest-invalid-values', 'invalid-digests'],
    ['md5=:AAAA:', 'digest-unsupported-algorithms', 'unsupported-algorithms'],
  ])('%s is a problem of type %s', async (value, name, member) => {
    const response = await postRaw({ 'Repr-Digest': value })
    expect(response.status).toBe(400)
    const problem = await response.json<Record<string, unknown>>()
    expect(problem['type']).toBe(`https://iana.org/assignments/http-problem-types#${name}`)
    expect(problem[member]).toHaveLength(1)
    await expectClips(0)
  })

  it('that cannot be parsed is a 400', async () => {
    await expectProblem(await postRaw({ 'Repr-Digest': 'sha-256=:@:' }), 400, 'malformed-request')
  })

  it('of a form covers its whole body', async () => {
    const form = new FormData()
    form.append('file', new File([bytes], 'a.opus'))
    const encoded = new Response(form)
    const body = await encoded.bytes()
    const headers = { 'Content-Type': encoded.headers.get('Content-Type') ?? '' }
    const good = { ...headers, 'Content-Digest': `sha-256=:${await digestOf('SHA-256', body)}:` }
    const bad = { ...headers, 'Content-Digest': `sha-256=:${await digestOf('SHA-256', bytes)}:` }
    expect((await postRaw(bad, body, '')).status).toBe(400)
    await expectClips(0)
    expect((await postRaw(good, body, '')).status).toBe(201)
  })

  it('is stored with the object and sent with every answer', async () => {
    const { id } = Clip.parse(await (await postRaw({})).json())
    const object = await env.BUCKET.head(`clips/${id}/audio`)
    const digest = await digestOf('SHA-256', bytes)
    expect(new Uint8Array(object?.checksums.sha256 ?? []).toBase64()).toBe(digest)
    for (const range of ['bytes=0-', 'bytes=1-2']) {
      const answer = await call(`/api/clips/${id}/stream`, { headers: { Range: range } })
      expect(answer.headers.get('Repr-Digest')).toBe(`sha-256=:${digest}:`)
    }
  })
})

describe('the digest of a request to import', () => {
  const body = JSON.stringify({ url: `${sourceUrl}/song.mp3`, title: 'x' })
  const digest = async (text: string, algorithm = 'SHA-256') => await digestOf(algorithm, utf8(text))
  const send = async (header: string, value: string) => {
    const init = asking(body)
    return await call('/api/clips', { ...init, headers: { ...init.headers, [header]: value } })
  }

  it.each([
    ['Content-Digest', async () => `sha-256=:${await digest(body)}:`],
    ['Repr-Digest', async () => `md5=:AAAA:, sha-512=:${await digest(body, 'SHA-512')}:`],
  ])('that is right is accepted: %s', async (header, value) => {
    expect((await send(header, await value())).status).toBe(201)
  })

  it.each([
    ['Content-Digest', async () => `sha-256=:${await digest('{}')}:`, 'digest-mismatching-values'],
    ['Repr-Digest', async () => `sha-512=:${await digest('{}', 'SHA-512')}:`, 'digest-mismatching-values'],
    ['Content-Digest', () => 'sha-256=:AAAA:', 'digest-invalid-values'],
    ['Repr-Digest', () => 'md5=:AAAA:', 'digest-unsupported-algorithms'],
  ])('that is wrong fetches nothing: %s', async (header, value, name) => {
    const response = await send(header, await value())
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: `https://iana.org/assignments/http-problem-types#${name}`,
    })
    expect(await storedKeys()).toEqual([])
  })

  it('that cannot be parsed is a 400', async () => {
    await expectProblem(await send('Content-Digest', 'sha-256=:@:'), 400, 'malformed-request')
  })
})
