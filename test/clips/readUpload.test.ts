/** Reading a form: in any pieces, with any bytes, and over the limit. */
import { env } from 'cloudflare:workers'
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  nat,
  oneof,
  string,
  uint8Array,
} from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { bytesOf, concatenated, utf8 } from '../support/bytes.ts'
import { end, filePart, part, textPart } from '../support/forms.ts'
import { wave } from '../support/wav.ts'
import { asAdmin, call, emptyLibrary, expectNothingStored, expectProblem, fixture } from '../support/api.ts'
import { callWith } from '../support/product.ts'
import { postRaw } from '../support/rawUpload.ts'
import { realFile } from '../support/realFiles.ts'

const post = { method: 'POST', headers: { ...asAdmin, 'Content-Type': 'multipart/form-data; boundary=b' } }

beforeEach(emptyLibrary)

/** Sends a body in pieces, without a Content-Length. */
async function sendPieces(pieces: Uint8Array[]): Promise<Response> {
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const piece = pieces.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
  return await call('/api/clips', { ...post, body })
}

function cutAt(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % bytes.byteLength), bytes.byteLength].toSorted(
    (a, b) => a - b,
  )
  return cuts
    .slice(1)
    .map((cut, index) => bytes.subarray(cuts[index], cut))
    .filter(({ byteLength }) => byteLength > 0)
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()
}

/** Bytes that look much like the delimiter `\r\n--b`. */
const almostDelimiter: Arbitrary<Uint8Array> = array(
  oneof(
    constantFrom(
      '\r\n--',
      '\r\n--a',
      '\r\n-',
      '\r\n',
      '\r',
      '--b',
      '--b--\r\n',
      '\n--b',
      '\r\r\n--',
      '-',
    ).map(utf8),
    uint8Array({ minLength: 1, maxLength: 20 }),
  ),
  { minLength: 5, maxLength: 60 },
)
  .map((pieces) => concatenated(...pieces))
  .filter((bytes) => !new TextDecoder('latin1').decode(bytes).includes('\r\n--b'))

describe('a form', () => {
  it('is the same in any pieces', async () => {
    const places = array(nat(), { maxLength: 40 })
    await assert(
      asyncProperty(
        almostDelimiter,
        string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
        places,
        async (sound, genre, cuts) => {
          const file = wave({}, sound)
          const form = concatenated(
            textPart('title', 'Tïtle'),
            filePart(file),
            textPart('description', `x${genre}`.replace(/\p{Cc}/gu, '')),
            end(),
          )
          const response = await sendPieces(cutAt(form, cuts))
          const body = await response.json()
          expect(response.status, JSON.stringify(body)).toBe(201)
          const clip = Clip.parse(body)
          expect(clip.title).toBe('Tïtle')
          expect(clip.description).toBe(
            `x${genre}`
              .replace(/\p{Cc}/gu, '')
              .normalize('NFC')
              .trim(),
          )
          expect(clip.audio.sha256).toBe(await sha256(file))
          expect(clip.audio.size).toBe(file.byteLength)
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([
    ['in one piece', () => []],
    ['in two, cut within the file', (file: number) => [file - 1000]],
    ['in two, cut after the file', (file: number) => [file]],
    ['in three, cut within the boundary', (file: number) => [file + 3, file + 4]],
    ['in three, cut after a field', (file: number) => [file + 80, file + 150]],
  ])('is the same %s, with a large file and late fields', async (_, places) => {
    const file = wave({}, new Uint8Array(700_000).fill(45))
    const before = concatenated(textPart('description', 'x'.repeat(5000)), filePart(file).subarray(0, -2))
    const behind = [
      utf8('\r\n'),
      textPart('title', 'Behind'),
      textPart('license', ''),
      textPart('artist', 'a'.repeat(200)),
    ]
    const form = concatenated(before, ...behind, end(), utf8('epilogue '.repeat(10_000)))
    const response = await sendPieces(cutAt(form, places(before.byteLength)))
    const clip = Clip.parse(await response.json())
    expect([clip.title, clip.license, clip.artist]).toEqual(['Behind', null, 'a'.repeat(200)])
    expect(clip.audio.sha256).toBe(await sha256(file))
  })

  it('is the same byte by byte', async () => {
    const file = wave({}, utf8('\r\n--\r\n--a\r\n--'.repeat(20)))
    const form = concatenated(filePart(file), textPart('title', 'Slow'), end())
    const response = await sendPieces(cutAt(form, [...form.keys()]))
    const clip = Clip.parse(await response.json())
    expect([clip.title, clip.audio.sha256]).toEqual(['Slow', await sha256(file)])
  })

  it('that is cut off anywhere is malformed, and leaves nothing', async () => {
    const form = concatenated(textPart('title', 'Cut'), filePart(), textPart('genre', 'x'), end())
    const closing = 4 // the line end and the last dashes: without one of these it is not closed
    await assert(
      asyncProperty(
        oneof(integer({ min: 1, max: 200 }), integer({ min: 1, max: form.byteLength - closing })),
        array(nat(), { maxLength: 5 }),
        async (length, cuts) => {
          await expectProblem(await sendPieces(cutAt(form.subarray(0, length), cuts)), 400, 'malformed-form')
          await expectNothingStored()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('of random bytes is refused, and leaves nothing', async () => {
    const shreds = constantFrom(
      '--b\r\n',
      '--b--',
      '\r\n--b\r\n',
      '\r\n\r\n',
      'Content-Disposition: form-data; name="file"; filename="a"',
      'Content-Disposition: form-data; name="title"',
      ': ',
      '"',
      ';',
    ).map(utf8)
    const body = array(oneof({ weight: 3, arbitrary: shreds }, uint8Array({ maxLength: 50 })), {
      minLength: 1,
      maxLength: 30,
    })
    await assert(
      asyncProperty(body, array(nat(), { maxLength: 5 }), async (pieces, cuts) => {
        const bytes = concatenated(Uint8Array.of(45), ...pieces)
        const response = await sendPieces(cutAt(bytes, cuts))
        expect([400, 413, 415, 422]).toContain(response.status)
        await response.body?.cancel()
        await expectNothingStored()
      }),
      { numRuns: 150 },
    )
  })
})

describe('a field of a form', () => {
  it.each([
    ['', utf8('Züge 🎵'), 'Züge 🎵'],
    ['Content-Type: text/plain; charset=UTF-8', utf8('Züge 🎵'), 'Züge 🎵'],
    ['Content-Type: text/plain;charset="utf-8"', utf8('Züge'), 'Züge'],
    ['Content-Type: text/plain; charset=ISO-8859-1', bytesOf('Z\u00fcge'), 'Züge'],
    ['Content-Type: text/plain; charset=windows-1251', bytesOf('\u00c4\u00ee\u00e6\u00e4\u00fc'), 'Дождь'],
    ['Content-Type: text/plain; charset=us-ascii', utf8('Zuege'), 'Zuege'],
    ['Content-Type: text/plain', concatenated(Uint8Array.of(0xef, 0xbb, 0xbf), utf8('Züge')), 'Züge'],
    ['Content-Type: text/plain; format=flowed', utf8('\ufffd'), '\ufffd'],
  ])('%j is read', async (header, value, title) => {
    const titled = `Content-Disposition: form-data; name="title"${header && `\r\n${header}`}`
    const body = concatenated(part(titled, value), filePart(fixture('vbr-no-xing.mp3')), end())
    const response = await call('/api/clips', { ...post, body })
    const clip = await response.json()
    expect(response.status, JSON.stringify(clip)).toBe(201)
    expect(Clip.parse(clip).title).toBe(title)
  })
})

/** None of these bodies ever ends: each is refused as soon as it is too large. */
describe('over the limit', () => {
  const small = { ...env, MAX_UPLOAD_BYTES: '1000' }

  it('a form is refused by its Content-Length before it is read', async () => {
    let pulled = 0
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 })
    const headers = { ...post.headers, 'Content-Length': '3000000' }
    await expectProblem(
      await callWith(small, '/api/clips', { ...post, headers, body }),
      413,
      'payload-too-large',
    )
    expect(pulled).toBe(0)
  })

  it('a file in a form is refused, though it never ends', async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(filePart(fixture('pcm.wav')).subarray(0, -2)),
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    })
    await expectProblem(
      await callWith(small, '/api/clips', { ...post, body: endless }),
      413,
      'payload-too-large',
    )
    await expectNothingStored()
  })

  it('so is what is sent before the file', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8('pre'.repeat(10_000))),
    })
    await expectProblem(
      await callWith(small, '/api/clips', { ...post, body: endless }),
      413,
      'payload-too-large',
    )
  })

  it('so are headers of a part that never end', async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(part('X-First: 1', utf8(''))),
      pull: (controller) => controller.enqueue(utf8('--b\r\nX-Other: '.padEnd(10_000, 'x'))),
    })
    await expectProblem(
      await callWith(small, '/api/clips', { ...post, body: endless }),
      413,
      'payload-too-large',
    )
  })
})

describe('the content type of a raw body', () => {
  it.each([
    ['audio/mpeg', 'mono-aac.m4a'],
    ['audio/x-anything', 'mono-aac.m4a'],
    ['application/octet-stream', 'mono-aac.m4a'],
    ['application/octet-stream; charset=binary', 'data-36-too-long.wav'],
    ['binary/octet-stream', 'mono-aac.m4a'],
    ['video/mp4', 'mono-aac.m4a'],
    ['VIDEO/WebM; codecs=opus', 'mkv-opus.webm'],
    ['video/quicktime', 'mp4-mov-sowt.mov'],
    ['video/3gpp', 'mp4-amr.3gp'],
    ['video/3gpp2', 'mp4-amr.3gp'],
    ['video/ogg', 'cover-track.mka'],
    ['video/x-matroska', 'cover-track.mka'],
    ['application/mp4', 'mono-aac.m4a'],
    ['application/ogg', 'shifted-ogg-opus.opus'],
  ])('%s is judged by its bytes', async (contentType, file) => {
    const response = await postRaw({ 'Content-Type': contentType }, realFile(file))
    expect(response.status, await response.text()).toBe(201)
  })

  it.each(['video/mp4', 'application/octet-stream'])(
    '%s with moving pictures is refused',
    async (contentType) => {
      const response = await postRaw({ 'Content-Type': contentType }, realFile('other-film.mp4'))
      await expectProblem(response, 415, 'not-audio')
    },
  )

  it.each(['text/plain', 'video/mp2t', 'image/png', 'application/pdf', 'audio/', 'x-audio/mpeg', ''])(
    '%j is refused before a byte is read',
    async (contentType) => {
      const response = await postRaw({ 'Content-Type': contentType }, realFile('mono-aac.m4a'))
      await expectProblem(response, 415, 'unsupported-body')
    },
  )
})
