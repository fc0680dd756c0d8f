/** JSON bodies that are malformed, and bodies that the client cuts off. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { concatenated, utf8 } from '../support/bytes.ts'
import { filePart, textPart } from '../support/forms.ts'
import {
  asAdmin,
  call,
  emptyLibrary,
  expectNothingStored,
  expectProblem,
  fixture,
  storedKeys,
  uploaded,
} from '../support/api.ts'
import { asking } from '../support/importing.ts'
import { sourceUrl } from '../support/services.ts'
import { byName, keepingPoints, productWith } from '../support/product.ts'

const sound = fixture('pcm.wav')
const form = 'multipart/form-data; boundary=b'

beforeEach(emptyLibrary)
afterEach(() => void vi.restoreAllMocks())

describe('a request to import', () => {
  const url = `${sourceUrl}/song.mp3`
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
    [
      'too much JSON',
      JSON.stringify({ url, title: 'x'.repeat(65_536) }),
      413,
      'payload-too-large',
      undefined,
    ],
  ])('%s', async (_, body, status, name, pointer) => {
    const problem = await expectProblem(await call('/api/clips', asking(body)), status, name)
    expect(problem.errors?.[0]?.pointer).toBe(pointer)
    expect(await storedKeys()).toEqual([])
  })

  it('that does not end is a 413', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(4096).fill(32)),
    })
    await expectProblem(await call('/api/clips', { ...asking(''), body: endless }), 413, 'payload-too-large')
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

describe('a merge patch', () => {
  it.each([
    ['too much', JSON.stringify({ title: 'x'.repeat(65_536) }), 413, 'payload-too-large'],
    ['too deep', `{"title": ${'['.repeat(20)}${']'.repeat(20)}}`, 400, 'malformed-json'],
    ['not UTF-8', new Uint8Array([0x22, 0xfc, 0x22]), 400, 'malformed-json'],
  ])('%s', async (_, body, status, name) => {
    const { id } = await uploaded(fixture('cbr.mp3'), { title: 'x' })
    const response = await call(`/api/clips/${id}`, { ...asking(''), method: 'PATCH', body })
    await expectProblem(response, status, name)
  })
})

/** A body that fails after these bytes, as that of a lost connection does. */
function interrupted(sent: Uint8Array): ReadableStream<Uint8Array> {
  let pulls = 0
  return new ReadableStream({
    pull: (controller) => {
      if (pulls++ === 0 && sent.byteLength > 0) controller.enqueue(sent)
      else controller.error(new Error('Network connection lost.'))
    },
  })
}

/** Expects an error of the client, which is logged and counted as such. */
async function expectClientError(method: string, path: string, contentType: string, sent: Uint8Array) {
  const points: AnalyticsEngineDataPoint[] = []
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
  const headers = { ...asAdmin, 'Content-Type': contentType }
  const send = productWith({ ANALYTICS: keepingPoints(points) })
  const response = await send(path, { method, headers, body: interrupted(sent) })
  await expectProblem(response, 400, 'malformed-request')
  expect(logged).not.toHaveBeenCalled()
  expect(points.map((point) => byName(point)['status'])).toEqual([400])
}

describe('a body that the client cuts off is a 400, and leaves nothing:', () => {
  it.each([
    ['a raw body, at once', 'audio/wav', utf8('')],
    ['a raw body', 'audio/wav', sound.subarray(0, 4000)],
    ['a form, at once', form, utf8('')],
    ['a form before its file', form, textPart('title', 'x')],
    ['a form within headers', form, utf8('--b\r\nContent-Dispo')],
    ['a form within its file', form, filePart(sound).subarray(0, 4000)],
    ['a form behind its file', form, concatenated(filePart(sound), utf8('--b'))],
    ['a form within a field', form, concatenated(filePart(sound), textPart('title', 'x').subarray(0, -3))],
    ['JSON', 'application/json', utf8('{"url":')],
  ])('%s', async (_, contentType, sent) => {
    await expectClientError(
      'POST',
      contentType === 'audio/wav' ? '/api/clips?title=x' : '/api/clips',
      contentType,
      sent,
    )
    await expectNothingStored()
  })

  it('a merge patch', async () => {
    const { id } = await uploaded(sound, { title: 'x' })
    await expectClientError('PATCH', `/api/clips/${id}`, 'application/merge-patch+json', utf8('{"title'))
  })
})
