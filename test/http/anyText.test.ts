/** No text of any request is an error of ours, wherever it is. The places are those of the OpenAPI document. */
import { assert, asyncProperty } from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { anyText, inHeader, inUrl, neverStored } from '../support/anyText.ts'
import { call, emptyLibrary, fixture, unknownId, uploaded } from '../support/api.ts'
import { importDuplicate } from '../support/importing.ts'
import { postRaw } from '../support/rawUpload.ts'
import { skipPauses } from '../support/skipPauses.ts'
import { textPlaces, type TextPlace } from '../support/textPlaces.ts'

/** Places that the document does not name. */
const elsewhere: TextPlace[] = [
  [
    'an API key',
    async (text) => await call('/api/clips', { headers: { Authorization: `Bearer ${inHeader(text)}` } }),
  ],
  ['a path', async (text) => await call(`/${inUrl(text)}`)],
  [
    'a program that listens',
    async (text, id) => await call(`/api/clips/${id}/stream`, { headers: { 'User-Agent': inHeader(text) } }),
  ],
  [
    'a file name beside a raw body',
    async (text) =>
      await postRaw(
        { 'Content-Disposition': `attachment; filename="${inHeader(text)}"` },
        undefined,
        'allow_duplicate=1',
      ),
  ],
  [
    'the content type of a body',
    async (text) => await postRaw({ 'Content-Type': `audio/${inHeader(text)}` }),
  ],
  ['the name of a source', async (text) => await importDuplicate(`/songs/${inUrl(text)}.mp3`, {})],
  [
    'the file name of a source',
    async (text) =>
      await importDuplicate(`/named?as=${inUrl(`attachment; filename="${inHeader(text)}"`)}`, {}),
  ],
  [
    'the place of a redirect',
    async (text) => await importDuplicate(`/redirect?to=${inUrl(inHeader(text))}`, {}),
  ],
]

describe('any text', () => {
  let id = unknownId
  beforeAll(emptyLibrary)
  beforeEach(async () => {
    skipPauses()
    // A deletion may have had an effect.
    const isGone = (await call(`/api/clips/${id}`)).status === 404
    if (isGone) id = (await uploaded(fixture('opus.opus'), { title: 'x' })).id
  })
  afterEach(() => void vi.restoreAllMocks())

  it.each([...textPlaces, ...elsewhere])('in %s is never an error of ours', async (_, send) => {
    await assert(
      asyncProperty(anyText, async (text) => {
        const response = await send(text, id)
        expect(response.status, `${JSON.stringify(text)}: ${await response.text()}`).toBeLessThan(500)
      }),
      { numRuns: 7, examples: neverStored },
    )
  })

  it('is tried in every way by which it reaches a statement', () => {
    const names = textPlaces.map(([name]) => name)
    expect(names).toContain('GET /api/clips: query search')
    expect(names).toContain('DELETE /api/keys/{id}: path id')
    expect(names).toContain('POST /api/keys: application/json name')
    expect(names).toContain('POST /api/clips: form title')
    expect(names).toContain('POST /api/clips: header Idempotency-Key')
  })
})
