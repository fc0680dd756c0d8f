/** A client that hangs up within its request: its doing, not ours, and nothing stays. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { asAdmin, countRows, emptyLibrary, expectProblem, fixture, storedKeys, uploaded } from './api.ts'
import { concatenated, utf8 } from './support/bytes.ts'
import { filePart, textPart } from './support/forms.ts'
import { byName, keepingPoints, productWith } from './product.ts'

const sound = fixture('pcm.wav')
const form = 'multipart/form-data; boundary=b'
const points: AnalyticsEngineDataPoint[] = []
const errors: string[] = []

beforeEach(async () => {
  await emptyLibrary()
  points.length = 0
  errors.length = 0
  vi.spyOn(console, 'error').mockImplementation((line) => void errors.push(String(line)))
})
afterEach(() => void vi.restoreAllMocks())

/** A body that breaks off after what has been sent, as that of a lost connection does. */
function brokenOff(sent: Uint8Array): ReadableStream<Uint8Array> {
  let pulls = 0
  return new ReadableStream({
    pull: (controller) => {
      if (pulls++ === 0 && sent.byteLength > 0) controller.enqueue(sent)
      else controller.error(new Error('Network connection lost.'))
    },
  })
}

async function expectTheirDoing(method: string, path: string, contentType: string, sent: Uint8Array) {
  const headers = { ...asAdmin, 'Content-Type': contentType }
  const call = productWith({ ANALYTICS: keepingPoints(points) })
  const response = await call(path, { method, headers, body: brokenOff(sent) })
  await expectProblem(response, 400, 'malformed-request')
  expect(errors).toEqual([])
  expect(points.map((point) => byName(point)['status'])).toEqual([400])
}

describe('a request that breaks off', () => {
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
    await expectTheirDoing(
      'POST',
      contentType === 'audio/wav' ? '/api/clips?title=x' : '/api/clips',
      contentType,
      sent,
    )
    expect([await storedKeys(), await countRows()]).toEqual([[], 0])
  })

  it('a merge patch', async () => {
    const { id } = await uploaded(sound, { title: 'x' })
    await expectTheirDoing('PATCH', `/api/clips/${id}`, 'application/merge-patch+json', utf8('{"title'))
  })
})
