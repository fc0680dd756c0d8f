/** Odd, hostile and malformed bodies of a create: each is a clip or the right problem, and a problem leaves nothing. */
import { beforeEach, describe, expect, it } from 'vitest'
import { asAdmin, call, countRows, emptyLibrary, expectProblem, storedKeys } from '../support/api.ts'
import { bytesOf, concatenated, utf8 } from '../support/bytes.ts'
import { audio, end, filePart, part, textPart } from '../support/forms.ts'

/** 201, or the status and name of a problem. */
type Answer = 201 | [status: number, name: string]
/** The content type is `multipart/form-data; boundary=b` unless given. */
type HostileBody = [name: string, body: () => Uint8Array, answer: Answer, contentType?: string]

const form = (...parts: Uint8Array[]): Uint8Array => concatenated(...parts, end())
const disposition = 'Content-Disposition: form-data; name="file"; filename="a.opus"'
const titled = 'Content-Disposition: form-data; name="title"'
const long = 'x'.repeat(70)
const times = (count: number, make: (index: number) => Uint8Array): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => make(index))
const malformed: Answer = [400, 'malformed-form']
const invalid: Answer = [422, 'invalid-fields']
const tooLarge: Answer = [413, 'payload-too-large']

const bodies: HostileBody[] = [
  ['a plain form', () => form(filePart()), 201],
  [
    'fields before and after the file',
    () => form(textPart('title', 'a'), filePart(), textPart('genre', 'b')),
    201,
  ],
  [
    'a preamble and an epilogue',
    () => concatenated(utf8('A preamble.\r\n'), form(filePart()), utf8('An epilogue.')),
    201,
  ],
  ['no line break at the very end', () => form(filePart()).subarray(0, -2), 201],
  ['a boundary in quotes', () => form(filePart()), 201, 'multipart/form-data; boundary="b"'],
  [
    'a boundary of 70 characters',
    () => concatenated(filePart(audio(), long), end(long)),
    201,
    `multipart/form-data; boundary=${long}`,
  ],
  [
    'a content type in capitals',
    () => form(filePart()),
    201,
    'Multipart/Form-Data; charset=utf-8; boundary=b',
  ],
  [
    'headers in other letter cases, and unknown headers',
    () =>
      form(
        part(
          `X-Other: 1\r\n${disposition.replace('Content', 'CONTENT')}\r\ncontent-type: AUDIO/OGG`,
          audio(),
        ),
      ),
    201,
  ],
  [
    'a file that declares text/html',
    () => form(part(`${disposition}\r\nContent-Type: text/html`, audio())),
    201,
  ],
  [
    'a file that declares base64',
    () => form(part(`${disposition}\r\nContent-Transfer-Encoding: base64`, utf8(audio().toBase64()))),
    [415, 'not-audio'],
  ],
  ['a body with nothing but the closing boundary', () => end(), invalid],
  ['an empty body', () => utf8(''), [415, 'not-audio']],
  ['a form without a file', () => form(textPart('title', 'a')), invalid],
  ['a file part without a file name', () => form(textPart('file', 'not a file')), invalid],
  ['an empty file', () => form(filePart(new Uint8Array())), [415, 'not-audio']],
  ['two file parts', () => form(filePart(), filePart()), invalid],
  [
    'a file in a part with another name',
    () =>
      form(filePart(), part('Content-Disposition: form-data; name="cover"; filename="c.png"', utf8('png'))),
    invalid,
  ],
  ['an unknown field', () => form(filePart(), textPart('__proto__', 'x')), invalid],
  [
    'a field without a name',
    () => form(filePart(), part('Content-Disposition: form-data', utf8('x'))),
    invalid,
  ],
  [
    'a file part without a field name',
    () => form(part('Content-Disposition: form-data; filename="a"', audio())),
    invalid,
  ],
  ['a repeated field', () => form(filePart(), textPart('title', 'a'), textPart('title', 'b')), invalid],
  ['a field that is not UTF-8', () => form(filePart(), part(titled, bytesOf('\u00ff\u00fe'))), malformed],
  [
    'a field that declares UTF-8 but is not',
    () => form(filePart(), part(`${titled}\r\nContent-Type: text/plain; charset=utf-8`, bytesOf('\u00ff'))),
    malformed,
  ],
  [
    'a field that declares an unknown charset',
    () => form(filePart(), part(`${titled}\r\nContent-Type: text/plain; charset=unknown`, utf8('x'))),
    malformed,
  ],
  [
    'a field whose name is not UTF-8',
    () =>
      form(
        filePart(),
        concatenated(bytesOf('--b\r\nContent-Disposition: form-data; name="\u00ff"\r\n\r\nx\r\n')),
      ),
    malformed,
  ],
  [
    'a field with a lone surrogate',
    () => form(filePart(), part(titled, Uint8Array.of(0xed, 0xa0, 0xbd))),
    malformed,
  ],
  ['another boundary than declared', () => concatenated(filePart(audio(), 'c'), end('c')), malformed],
  ['no closing boundary', () => filePart(), malformed],
  ['a closing boundary that is cut short', () => form(filePart()).subarray(0, -3), malformed],
  [
    'part headers that are cut short',
    () => utf8('--b\r\nContent-Disposition: form-data; name="file"'),
    malformed,
  ],
  [
    'line feeds without carriage returns',
    () => utf8('--b\nContent-Disposition: form-data; name="file"; filename="a"\n\nabc\n--b--\n'),
    malformed,
  ],
  [
    'a form within a form',
    () =>
      form(
        part(
          'Content-Type: multipart/mixed; boundary=c\r\nContent-Disposition: form-data; name="file"; filename="a"',
          concatenated(filePart(audio(), 'c'), end('c')),
        ),
      ),
    [415, 'not-audio'],
  ],
  ['JSON that is declared as a form', () => utf8('{"title":"a"}'), malformed],
  ['no boundary', () => form(filePart()), malformed, 'multipart/form-data'],
  ['an empty boundary', () => form(filePart()), malformed, 'multipart/form-data; boundary='],
  ['multipart/mixed', () => form(filePart()), [415, 'unsupported-body'], 'multipart/mixed; boundary=b'],
  [
    'a URL-encoded form',
    () => utf8('title=a'),
    [415, 'unsupported-body'],
    'application/x-www-form-urlencoded',
  ],
  [
    'too many fields',
    () => form(filePart(), ...times(60, (index) => textPart(`field${index}`, 'x'))),
    tooLarge,
  ],
  ['too many parts', () => form(filePart(), ...times(100, () => part('X-Other: 1', utf8('x')))), tooLarge],
  ['a field name that is too long', () => form(filePart(), textPart('x'.repeat(5000), 'x')), tooLarge],
  [
    'a field value that is too long',
    () => form(filePart(), textPart('description', 'x'.repeat(70_000))),
    tooLarge,
  ],
  [
    'too many part headers',
    () => form(part(`${'X-Other: 1\r\n'.repeat(5000)}${disposition}`, audio())),
    tooLarge,
  ],
  [
    'part headers that are much too long',
    () => form(part(`X-Other: ${'x'.repeat(100_000)}\r\n${disposition}`, audio())),
    tooLarge,
  ],
  [
    'part headers that are a little too long',
    () => form(part(`X-Other: ${'x'.repeat(17_000)}\r\n${disposition}`, audio())),
    tooLarge,
  ],
]

beforeEach(emptyLibrary)

describe('a form', () => {
  it.each(bodies)('%s', async (_name, make, answer, contentType = 'multipart/form-data; boundary=b') => {
    const headers = { ...asAdmin, 'Content-Type': contentType }
    const body = make()
    const init = { method: 'POST', headers, body: body.byteLength > 0 ? body : null }
    const response = await call('/api/clips', init)
    if (answer === 201) {
      expect(response.status, await response.text()).toBe(201)
      return
    }
    await expectProblem(response, ...answer)
    expect(await storedKeys()).toEqual([])
    expect(await countRows()).toBe(0)
  })
})
