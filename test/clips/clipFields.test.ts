/** The rules for text fields: Postgres accepts every text that they accept. */
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  oneof,
  record,
  string,
} from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Clip } from '../../src/clips/clip.ts'
import { fitLine, fitText } from '../../src/clips/clipText.ts'
import { utf8 } from '../support/bytes.ts'
import { info, wave } from '../support/wav.ts'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  expectNothingStored,
  fixture,
  sendJson,
  storedKeys,
  upload,
  uploaded,
} from '../support/api.ts'

beforeEach(emptyLibrary)

/** Characters whose length changes by composition or lower case, or that no text may have. */
const awkward = constantFrom(
  'İ', // two code points in lower case
  'K', // the Kelvin sign, a plain k in lower case
  'Σ',
  '\u0958', // two code points when composed
  '\u{1d160}', // six
  '\ufb2c',
  '\u0301',
  '\u0344',
  '\u0000',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ufffe',
  '\ud800',
  '\udc00',
  '🎵',
  ' ',
  ',',
  'x',
)
const limits = [50, 60, 100, 200, 5000]
const aboutALimit = oneof(
  integer({ min: 1, max: 260 }),
  constantFrom(...limits.flatMap((limit) => [limit / 2, limit / 2 + 1, limit - 1, limit, limit + 1])),
)
const text: Arbitrary<string> = oneof(
  string({ unit: 'binary', maxLength: 70 }),
  array(awkward, { maxLength: 70 }).map((characters) => characters.join('')),
  // One character as often as just fits, or just does not.
  record({ one: awkward, times: aboutALimit, other: awkward }).map(
    ({ one, times, other }) => one.repeat(times - 1) + other,
  ),
)

const Tagged = z.object({ items: z.array(Clip) })

async function found(parameter: 'genre' | 'tag', value: string): Promise<string[]> {
  const response = await call(`/api/clips?${parameter}=${encodeURIComponent(value)}`)
  return Tagged.parse(await response.json()).items.map(({ id }) => id)
}

describe('text in a request', () => {
  it.each(['İ'.repeat(40), 'İ'.repeat(30)])(
    'a genre is limited in the form in which it is stored: %s',
    async (genre) => {
      const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
      const response = await sendJson('PATCH', `/api/clips/${id}`, { genre }, asAdmin)
      expect(response.status).toBe(genre.length === 30 ? 200 : 422)
    },
  )

  it('a form with such a genre is refused and leaves nothing', async () => {
    expect((await upload(fixture('opus.opus'), { title: 'x', genre: 'İ'.repeat(40) })).status).toBe(422)
    await expectNothingStored()
  })

  it('is accepted or refused, never a failure, and accepted text is found', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const patch = oneof(
      ...['title', 'description', 'artist', 'genre', 'genre', 'license'].map((field) =>
        text.map((value) => ({ [field]: value })),
      ),
      array(text, { maxLength: 21 }).map((tags) => ({ tags })),
    ).filter((fields) => utf8(JSON.stringify(fields)).length < 60_000) // more is a 413
    await assert(
      asyncProperty(patch, async (fields) => {
        const response = await sendJson('PATCH', `/api/clips/${id}`, fields, asAdmin)
        const body = await response.json()
        expect([200, 422], JSON.stringify(body)).toContain(response.status)
        if (response.status !== 200) return
        const clip = Clip.parse(body)
        expect(await (await call(`/api/clips/${id}`)).json()).toEqual(body)
        if ('genre' in fields && clip.genre !== null) expect(await found('genre', clip.genre)).toEqual([id])
        for (const tag of 'tags' in fields ? clip.tags.slice(0, 3) : []) {
          expect(Array.from(tag).length).toBeLessThanOrEqual(50)
          expect(await found('tag', tag)).toEqual([id])
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('text in a file', () => {
  it('a genre that grows in lower case is cut in the form in which it is stored', async () => {
    const clip = await uploaded(wave({ between: info('IGNR', utf8('İ'.repeat(40))) }), { title: 'x' })
    expect(clip.genre).toBe('i̇'.repeat(30))
  })

  it('is stored, cut to its limit', async () => {
    // More than 16 KiB of headers is a 413.
    const shortName = text.filter((name) => utf8(name).length < 8000)
    const texts = record({ INAM: text, IART: text, IGNR: text, ICMT: text, fileName: shortName })
    await assert(
      asyncProperty(texts, async ({ fileName, ...inside }) => {
        const chunks = Object.entries(inside).map(([id, value]) => info(id, utf8(value)))
        const sound = wave({ between: Buffer.concat(chunks) }, utf8('sound'))
        const response = await upload(sound, {}, `${fileName}.wav`)
        const body = await response.json()
        expect(response.status, JSON.stringify(body)).toSatisfy((status) => status === 201 || status === 422)
        if (response.status === 201) Clip.parse(body)
      }),
      { numRuns: 120 },
    )
    expect(await storedKeys()).toHaveLength(await countRows())
  })
})

describe('text that is cut', () => {
  const family = '👨‍👩‍👧‍👦'

  it.each([
    ['  two  words ', 20, 'two  words'],
    ['a\u0000b\u0007c', 20, 'a b c'],
    ['e\u0301', 20, 'é'],
    ['one\r\ntwo\u2028three', 20, 'one\ntwo three'],
    ['lone \ud83d surrogate', 20, 'lone \ufffd surrogate'],
    ['שלום עולם', 20, 'שלום עולם'],
    ['x'.repeat(30), 20, 'x'.repeat(20)],
    [`${'x'.repeat(19)}🎵`, 20, 'x'.repeat(19)],
    [`${'x'.repeat(18)}🎵`, 20, `${'x'.repeat(18)}🎵`],
    [`${'x'.repeat(15)}${family}`, 20, 'x'.repeat(15)],
    [`${'x'.repeat(18)} q\u0323\u0307`, 20, 'x'.repeat(18)],
    [`q${'\u0323'.repeat(40)}`, 20, `q${'\u0323'.repeat(19)}`],
    ['\u0000\u0001', 20, ''],
  ])('%j in %i is %j', (long, length, fitted) => {
    expect(fitText(long, length)).toBe(fitted)
  })

  it('on one line', () => {
    expect(fitLine('one\r\ntwo\tthree', 20)).toBe('one two three')
  })
})
