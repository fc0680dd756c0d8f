/** The rule for text, and that every way into the library keeps to it: what is taken is read back as the rule says. */
import { assert, asyncProperty, constantFrom } from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CreatedApiKey } from '../../src/access/apiKeys.ts'
import { Clip } from '../../src/clips/clip.ts'
import { line, lowerCaseLine, multiLine, searchText } from '../../src/http/text.ts'
import { anyText, inForm, inUrl } from '../support/anyText.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, sendJson, uploaded } from '../support/api.ts'
import { filePart, part } from '../support/forms.ts'
import { importDuplicate } from '../support/importing.ts'
import { postRaw } from '../support/rawUpload.ts'
import { sendForm } from '../support/textPlaces.ts'

beforeEach(emptyLibrary)

describe('the rule', () => {
  it.each([
    [' a b ', 'a b', line(5)],
    ['e\u0301', 'é', line(5)],
    ['', undefined, line(5)],
    [' \u3000 ', undefined, line(5)],
    ['abcdef', undefined, line(5)],
    ['a\u0000b', undefined, line(5)],
    ['a\nb', undefined, line(5)],
    ['a\u0085b', undefined, line(5)],
    ['a\ud800', undefined, line(5)],
    ['\udc00', undefined, line(5)],
    ['a🎵', 'a🎵', line(5)],
    ['🎵'.repeat(5), '🎵'.repeat(5), line(5)],
    ['🎵'.repeat(6), undefined, line(5)],
    ['a\u202eb\ufffe', 'a\u202eb\ufffe', line(5)],
    ['İ', 'i\u0307', lowerCaseLine(2)],
    ['İ', undefined, lowerCaseLine(1)],
    ['a\nb\t', 'a\nb', multiLine(5)],
    ['a\u0001b', undefined, multiLine(5)],
    ['a\u0000b', undefined, multiLine(5)],
    ['', '', searchText(5)],
    [' A\tb ', 'A\tb', searchText(5)],
    ['a\u0000b', undefined, searchText(5)],
    ['a\ud800', undefined, searchText(5)],
  ])('%# takes %j as %j', (sent, stored, schema) => {
    expect(schema.safeParse(sent).data).toBe(stored)
  })
})

const makeKey = async (name: string) =>
  await sendJson('POST', '/api/keys', { name, scopes: ['read'] }, asAdmin)

const KeyNames = z.object({ items: z.array(z.object({ name: z.string() })) })

describe("a key's name", () => {
  it.each([
    ['a NUL', 'a\u0000b'],
    ['a high surrogate alone', 'a\ud800b'],
    ['a low surrogate alone', '\udc00'],
    ['surrogates in the wrong order', '\udfb5\ud83c'],
    ['a line break', 'a\nb'],
    ['a control character', 'a\u001bb'],
    ['a C1 control character', 'a\u0085b'],
    ['nothing', ''],
    ['nothing but spaces', ' \u00a0\u3000'],
    ['too many characters', 'x'.repeat(101)],
    ['too many astral characters', '🎵'.repeat(101)],
  ])('with %s is a 422', async (_, name) => {
    const problem = await expectProblem(await makeKey(name), 422, 'invalid-fields')
    expect(problem.errors?.map((error) => error.pointer)).toContain('/name')
  })

  it.each([
    [' Zoe\u0308 🎵 ', 'Zoë 🎵'],
    ['🎵'.repeat(100), '🎵'.repeat(100)],
  ])('%j is stored as %j', async (name, stored) => {
    const response = await makeKey(name)
    expect(CreatedApiKey.parse(await response.json()).name).toBe(stored)
    const listed = await (await call('/api/keys', { headers: asAdmin })).json()
    expect(KeyNames.parse(listed).items).toEqual([{ name: stored }])
  })
})

const limits = { name: 100, title: 200, description: 5000, artist: 200, genre: 60, license: 100, tags: 50 }
type Field = keyof typeof limits
const clipFields = ['title', 'description', 'artist', 'genre', 'license', 'tags'] as const

/** The rule once more, in other words: the text as it is stored, or undefined if it is refused. */
function storedAs(field: Field, sent: string): string | undefined {
  const isLowerCase = field === 'genre' || field === 'tags'
  const stored = (isLowerCase ? sent.toLowerCase() : sent).normalize('NFC').trim()
  const characters = Array.from(stored)
  const isControl = (one: string) =>
    (one < ' ' || (one >= '\u007f' && one < '\u00a0')) &&
    !(field === 'description' && ['\n', '\r', '\t'].includes(one))
  const isLone = (one: string) => one >= '\ud800' && one <= '\udfff' && one.length === 1
  if (characters.length < 1 || characters.length > limits[field]) return undefined
  return characters.some((one) => isControl(one) || isLone(one)) ? undefined : stored
}

/** Tags in a query or a form are separated by commas. */
function storedTags(texts: string[]): string[] | undefined {
  const stored = texts.map((one) => storedAs('tags', one))
  const tags = stored.filter((one) => one !== undefined)
  return tags.length < stored.length || new Set(tags).size > 20 ? undefined : [...new Set(tags)]
}

const separated = (text: string) => text.split(',').filter((one) => one.trim() !== '')

type Way = {
  send: (field: (typeof clipFields)[number], text: string, id: string) => Promise<Response>
  /** Whether a blank text is a field that was left empty, and commas separate tags. */
  isText: boolean
}

const inJson = (field: string, text: string) => ({ [field]: field === 'tags' ? [text] : text })

const ways: Record<string, Way> = {
  'a patch': {
    send: async (field, text, id) =>
      await sendJson('PATCH', `/api/clips/${id}`, inJson(field, text), asAdmin),
    isText: false,
  },
  'an import': {
    send: async (field, text) => await importDuplicate('/song.mp3', { title: 'x', ...inJson(field, text) }),
    isText: false,
  },
  'a query': {
    send: async (field, text) =>
      await postRaw({}, undefined, `allow_duplicate=1&filename=x.opus&${field}=${inUrl(text)}`),
    isText: true,
  },
  'a form': {
    send: async (field, text) =>
      await sendForm('/api/clips', [
        filePart(),
        part(`Content-Disposition: form-data; name="${field}"`, inForm(text)),
      ]),
    isText: true,
  },
}

describe.each(Object.entries(ways))('a text in %s', (_, { send, isText }) => {
  it('is refused, or read back as the rule says', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    await assert(
      asyncProperty(constantFrom(...clipFields), anyText, async (field, text) => {
        const isLeftEmpty = isText && text.trim() === ''
        const response = await send(field, text, id)
        const body: unknown = await response.json()
        // More than a URL or a body may have.
        if ([413, 414].includes(response.status)) return
        const expected =
          field === 'tags' ? storedTags(isText ? separated(text) : [text]) : storedAs(field, text)
        const isAccepted = isLeftEmpty || expected !== undefined
        expect(response.ok, `${field} ${JSON.stringify(text)}: ${JSON.stringify(body)}`).toBe(isAccepted)
        if (!response.ok) {
          expect([400, 422]).toContain(response.status)
          return
        }
        const clip = Clip.parse(body)
        if (!isLeftEmpty) expect(clip[field]).toEqual(expected)
        expect(await (await call(`/api/clips/${clip.id}`)).json()).toEqual(body)
      }),
      { numRuns: 40 },
    )
  })
})

describe('any name of a key', () => {
  it('is refused, or read back as the rule says', async () => {
    await assert(
      asyncProperty(anyText, async (name) => {
        const response = await makeKey(name)
        const body: unknown = await response.json()
        const expected = storedAs('name', name)
        expect(response.status, JSON.stringify(body)).toBe(expected === undefined ? 422 : 201)
        if (expected !== undefined) expect(CreatedApiKey.parse(body).name).toBe(expected)
      }),
      { numRuns: 40 },
    )
  })
})
