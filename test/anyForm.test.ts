/** Whatever comes as a form, in whatever pieces: the same answer, or a clean refusal. */
import {
  array,
  asyncProperty,
  assert,
  constantFrom,
  integer,
  nat,
  oneof,
  string,
  uint8Array,
  type Arbitrary,
} from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call, countRows, emptyLibrary, expectProblem, storedKeys } from './api.ts'
import { end, filePart, textPart } from './support/forms.ts'
import { concatenated, utf8 } from './support/bytes.ts'
import { wave } from './support/wav.ts'

const post = { method: 'POST', headers: { ...asAdmin, 'Content-Type': 'multipart/form-data; boundary=b' } }

beforeEach(emptyLibrary)

/** Sends a body piece by piece, without a length. */
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

async function expectNothingLeft(): Promise<void> {
  expect(await storedKeys()).toEqual([])
  expect(await countRows()).toBe(0)
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
    ['in two, cut behind the file', (file: number) => [file]],
    ['in three, cut within the boundary', (file: number) => [file + 3, file + 4]],
    ['in three, cut behind a field', (file: number) => [file + 80, file + 150]],
  ])('is the same %s, however far its reader is behind', async (_, places) => {
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

  it('that is cut anywhere is malformed, and leaves nothing', async () => {
    const form = concatenated(textPart('title', 'Cut'), filePart(), textPart('genre', 'x'), end())
    const closing = 4 // the line end and the last dashes: without one of these it is not closed
    await assert(
      asyncProperty(
        oneof(integer({ min: 1, max: 200 }), integer({ min: 1, max: form.byteLength - closing })),
        array(nat(), { maxLength: 5 }),
        async (length, cuts) => {
          await expectProblem(await sendPieces(cutAt(form.subarray(0, length), cuts)), 400, 'malformed-form')
          await expectNothingLeft()
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
        await expectNothingLeft()
      }),
      { numRuns: 150 },
    )
  })
})
