/** Every text that reaches Postgres goes through one rule: no text of any request is a 500, and what is taken is read back. */
import { array, assert, asyncProperty, constantFrom, oneof, string, type Arbitrary } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { CreatedApiKey } from '../../src/access/apiKeys.ts'
import { Clip } from '../../src/clips/clip.ts'
import { line, lowerCaseLine, multiLine, searchText } from '../../src/http/text.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, sendJson, uploaded } from '../support/api.ts'
import { rawHeaders } from '../support/rawUpload.ts'
import { skipPauses } from '../support/skipPauses.ts'

beforeEach(async () => {
  await emptyLibrary()
  skipPauses()
})
afterEach(() => void vi.restoreAllMocks())

describe('the rule', () => {
  it.each([
    [line(5), ' a b ', 'a b'],
    [line(5), 'e\u0301', 'é'],
    [line(5), '', undefined],
    [line(5), ' \u3000 ', undefined],
    [line(5), 'abcdef', undefined],
    [line(5), 'a\u0000b', undefined],
    [line(5), 'a\nb', undefined],
    [line(5), 'a\u0085b', undefined],
    [line(5), 'a\ud800', undefined],
    [line(5), '\udc00', undefined],
    [line(5), 'a🎵', 'a🎵'],
    [lowerCaseLine(2), 'İ', 'i\u0307'],
    [lowerCaseLine(1), 'İ', undefined],
    [multiLine(5), 'a\nb\t', 'a\nb'],
    [multiLine(5), 'a\u0001b', undefined],
    [multiLine(5), 'a\u0000b', undefined],
    [searchText(5), '', ''],
    [searchText(5), ' A\tb ', 'A\tb'],
    [searchText(5), 'a\u0000b', undefined],
    [searchText(5), 'a\ud800', undefined],
  ])('%# takes %j as %j', (schema, sent, stored) => {
    expect(schema.safeParse(sent).data).toBe(stored)
  })
})

const makeKey = async (name: string) =>
  await sendJson('POST', '/api/keys', { name, scopes: ['read'] }, asAdmin)

describe("a key's name", () => {
  it.each([
    ['a NUL', 'a\u0000b'],
    ['a lone surrogate', 'a\ud800b'],
    ['a line break', 'a\nb'],
    ['nothing but spaces', ' \u00a0\u3000'],
    ['too many characters', 'x'.repeat(101)],
  ])('with %s is a 422', async (_, name) => {
    const problem = await expectProblem(await makeKey(name), 422, 'invalid-fields')
    expect(problem.errors?.[0]?.pointer).toBe('/name')
  })

  it('is stored composed and trimmed', async () => {
    const response = await makeKey(' Zoe\u0308 🎵 ')
    expect(CreatedApiKey.parse(await response.json()).name).toBe('Zoë 🎵')
  })
})

const awkward = [
  ...Array.from('\u0000\u0001\u001f\u007f\u0085\u2028\u202e\ufeff\ufffe\uffff'),
  ...Array.from(`İﷺ🎵'"\\%_ x{},`),
  '\ud800',
  '\udfff',
  '$1',
  '\r\n',
]

/** Any text, and characters that databases, headers and forms have trouble with. */
const anyText: Arbitrary<string> = oneof(
  string({ unit: 'binary', maxLength: 40 }),
  array(constantFrom(...awkward), { minLength: 1, maxLength: 12 }).map((characters) => characters.join('')),
)

/** A query, in which a lone surrogate is encoded as it stands: that is no UTF-8. */
function encode(text: string): string {
  return Array.from(text, (one) => (one.isWellFormed() ? encodeURIComponent(one) : '%ED%A0%80')).join('')
}

/** A header can have neither line breaks nor NULs, and is bytes. */
const asHeader = (text: string) => text.replace(/[\0\r\n]|[^\0-\u00ff]/g, '?')

const raw = async (query: string, headers: Record<string, string> = {}) =>
  await call(`/api/clips?allow_duplicate=1&${query}`, {
    method: 'POST',
    headers: { ...rawHeaders, ...headers },
    body: fixture('opus.opus'),
  })

const form = async (name: string, text: string) => {
  const fields = new FormData()
  fields.append(name, text)
  fields.append('file', new File([fixture('opus.opus')], `${text}.ogg`))
  return await call('/api/clips?allow_duplicate=1', { method: 'POST', headers: asAdmin, body: fields })
}

const json = async (body: object) => await sendJson('POST', '/api/clips', body, asAdmin)

const clipTexts = ['title', 'description', 'artist', 'genre', 'license', 'tags'] as const
const inPatch = (name: string, text: string) => (name === 'tags' ? [text] : text)

/** Every way by which a text of a request may reach a statement. */
const ways: [name: string, send: (text: string, id: string) => Promise<Response>][] = [
  ["a key's name", makeKey],
  ['a search', async (text) => await call(`/api/clips?search=${encode(text)}`)],
  ['a genre to list', async (text) => await call(`/api/clips?genre=${encode(text)}`)],
  ['a tag to list', async (text) => await call(`/api/clips?tag=${encode(text)}`)],
  ['a cursor', async (text) => await call(`/api/clips?cursor=${encode(text)}`)],
  ['a made-up cursor', async (text) => await call(`/api/clips?cursor=${encode(btoa(encode(text)))}`)],
  ['an order', async (text) => await call(`/api/clips?sort=${encode(text)}`)],
  ['a number of days', async (text) => await call(`/api/stats?days=${encode(text)}`)],
  ['an id', async (text) => await call(`/api/clips/${encode(text)}/stats`)],
  ['an idempotency key', async (text) => await raw('title=x', { 'Idempotency-Key': asHeader(text) })],
  ['a file name in the query', async (text) => await raw(`filename=${encode(text)}`)],
  [
    'a file name in a header',
    async (text) => await raw('', { 'Content-Disposition': `attachment; filename="${asHeader(text)}"` }),
  ],
  ['a URL to import', async (text) => await json({ url: `http://127.0.0.1:9/${text}` })],
  ...clipTexts.flatMap((name): typeof ways => [
    [`${name} in the query`, async (text) => await raw(`${name}=${encode(text)}`)],
    [`${name} in a form`, async (text) => await form(name, text)],
    [
      `${name} of an import`,
      async (text) => await json({ url: 'http://10.0.0.1/', [name]: inPatch(name, text) }),
    ],
    [
      `${name} in a patch`,
      async (text, id) =>
        await sendJson('PATCH', `/api/clips/${id}`, { [name]: inPatch(name, text) }, asAdmin),
    ],
  ]),
]

describe('any text', () => {
  it.each(ways)('as %s is never an error of ours', async (_, send) => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await assert(
      asyncProperty(anyText, async (text) => {
        const response = await send(text, id)
        expect(response.status, `${JSON.stringify(text)}: ${await response.text()}`).toBeLessThan(500)
      }),
      { numRuns: 12 },
    )
  })

  it('that a patch takes is read back as it was answered, and is well-formed', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await assert(
      asyncProperty(constantFrom(...clipTexts), anyText, async (name, text) => {
        const response = await sendJson('PATCH', `/api/clips/${id}`, { [name]: inPatch(name, text) }, asAdmin)
        const body: unknown = await response.json()
        if (response.status !== 200) return
        const answered = Clip.parse(body)
        expect(Clip.parse(await (await call(`/api/clips/${id}`)).json())).toEqual(answered)
        for (const one of z.array(z.string()).parse([answered[name] ?? []].flat())) {
          expect(one.isWellFormed()).toBe(true)
          expect(one).toBe(one.normalize('NFC').trim())
        }
      }),
      { numRuns: 60 },
    )
  })
})
