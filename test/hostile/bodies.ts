/** Bodies of requests that are odd or hostile, of the kind `multipart/form-data; boundary=b` unless said otherwise. */
import { bytesOf, concatenated, utf8 } from './file.ts'
import { audio, end, filePart, part, textPart } from './forms.ts'

/** 201, or the status and name of a problem. */
export type Answer = 201 | [status: number, name: string]
export type OddBody = [name: string, body: () => Uint8Array, answer: Answer, contentType?: string]

const form = (...parts: Uint8Array[]): Uint8Array => concatenated(...parts, end())
const disposition = 'Content-Disposition: form-data; name="file"; filename="a.opus"'
const titled = 'Content-Disposition: form-data; name="title"'
const long = 'x'.repeat(70)
const times = (count: number, make: (index: number) => Uint8Array): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => make(index))
const malformed: Answer = [400, 'malformed-form']
const invalid: Answer = [422, 'invalid-fields']
const tooLarge: Answer = [413, 'too-large']

export const oddBodies: OddBody[] = [
  ['a plain form', () => form(filePart()), 201],
  [
    'fields before and behind the file',
    () => form(textPart('title', 'a'), filePart(), textPart('genre', 'b')),
    201,
  ],
  [
    'a preamble and an epilogue',
    () => concatenated(utf8('For old clients.\r\n'), form(filePart()), utf8('That was it.')),
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
    'headers in other cases, and unknown ones',
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
    'a file that claims to be text',
    () => form(part(`${disposition}\r\nContent-Type: text/html`, audio())),
    201,
  ],
  [
    'a file that claims to be base64',
    () => form(part(`${disposition}\r\nContent-Transfer-Encoding: base64`, utf8(audio().toBase64()))),
    [415, 'not-audio'],
  ],
  ['a body of nothing but the end', () => end(), invalid],
  ['a form of nothing', () => utf8(''), [415, 'not-audio']],
  ['a form without a file', () => form(textPart('title', 'a')), invalid],
  ['a file as text', () => form(textPart('file', 'la la la')), invalid],
  ['an empty file', () => form(filePart(new Uint8Array())), [415, 'not-audio']],
  ['two files', () => form(filePart(), filePart()), invalid],
  [
    'a file of another name',
    () =>
      form(filePart(), part('Content-Disposition: form-data; name="cover"; filename="c.png"', utf8('png'))),
    invalid,
  ],
  ['a field of another name', () => form(filePart(), textPart('__proto__', 'x')), invalid],
  [
    'a field without a name',
    () => form(filePart(), part('Content-Disposition: form-data', utf8('x'))),
    invalid,
  ],
  [
    'a file without a name',
    () => form(part('Content-Disposition: form-data; filename="a"', audio())),
    invalid,
  ],
  ['a field twice', () => form(filePart(), textPart('title', 'a'), textPart('title', 'b')), invalid],
  ['a field that is not UTF-8', () => form(filePart(), part(titled, bytesOf('\u00ff\u00fe'))), malformed],
  [
    'a field that is not the UTF-8 that it says to be',
    () => form(filePart(), part(`${titled}\r\nContent-Type: text/plain; charset=utf-8`, bytesOf('\u00ff'))),
    malformed,
  ],
  [
    'a field in no known encoding',
    () => form(filePart(), part(`${titled}\r\nContent-Type: text/plain; charset=klingon`, utf8('x'))),
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
  ['another boundary than it says', () => concatenated(filePart(audio(), 'c'), end('c')), malformed],
  ['no end', () => filePart(), malformed],
  ['half an end', () => form(filePart()).subarray(0, -3), malformed],
  ['headers without an end', () => utf8('--b\r\nContent-Disposition: form-data; name="file"'), malformed],
  [
    'line feeds alone',
    () => utf8('--b\nContent-Disposition: form-data; name="file"; filename="a"\n\nabc\n--b--\n'),
    malformed,
  ],
  [
    'a form in a form',
    () =>
      form(
        part(
          'Content-Type: multipart/mixed; boundary=c\r\nContent-Disposition: form-data; name="file"; filename="a"',
          concatenated(filePart(audio(), 'c'), end('c')),
        ),
      ),
    [415, 'not-audio'],
  ],
  ['JSON that says to be a form', () => utf8('{"title":"a"}'), malformed],
  ['no boundary', () => form(filePart()), malformed, 'multipart/form-data'],
  ['an empty boundary', () => form(filePart()), malformed, 'multipart/form-data; boundary='],
  [
    'another kind of multipart',
    () => form(filePart()),
    [415, 'unsupported-body'],
    'multipart/mixed; boundary=b',
  ],
  [
    'a form as a link has it',
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
  ['a name that is too long', () => form(filePart(), textPart('x'.repeat(5000), 'x')), tooLarge],
  ['a value that is too long', () => form(filePart(), textPart('description', 'x'.repeat(70_000))), tooLarge],
  ['too many headers', () => form(part(`${'X-Other: 1\r\n'.repeat(5000)}${disposition}`, audio())), tooLarge],
  [
    'headers that are too long',
    () => form(part(`X-Other: ${'x'.repeat(100_000)}\r\n${disposition}`, audio())),
    tooLarge,
  ],
  [
    'headers that are a little too long',
    () => form(part(`X-Other: ${'x'.repeat(17_000)}\r\n${disposition}`, audio())),
    tooLarge,
  ],
]
