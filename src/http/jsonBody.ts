/** JSON bodies: limited in size, and read as strict UTF-8. */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser'
import { Problem } from './problem.ts'
import { check } from './router.ts'

/** No JSON body of this API needs more. */
const maxJsonBytes = 64 * 1024
const maxJsonDepth = 16

/** Checks a JSON body before its validator parses it. The media types are those that the route declares. */
export function limitJson(...mediaTypes: string[]) {
  return check(
    ['malformed-request', 'malformed-json', 'payload-too-large', 'unsupported-body'],
    async (c, next) => {
      const contentType = (c.req.header('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
      if (!mediaTypes.includes(contentType)) {
        throw new Problem('unsupported-body', { detail: `Send ${mediaTypes.join(' or ')}.` })
      }
      const bytes = await readJsonBytes(c.req.raw)
      parseJson(bytes)
      // The body has been read; the validator gets it anew.
      c.req.raw = new Request(c.req.raw, { method: c.req.method, body: bytes })
      await next()
    },
  )
}

/** The bytes of a JSON body. Its declared length may be wrong or missing, so the bytes are counted. Throws 413. */
export async function readJsonBytes({ headers, body }: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = new Problem('payload-too-large', { detail: `JSON may have up to ${maxJsonBytes} bytes.` })
  if (Number(headers.get('Content-Length') ?? 0) > maxJsonBytes) throw tooLarge
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ? readBody(body) : []) {
    size += chunk.byteLength
    if (size > maxJsonBytes) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** Parses JSON. Text that is not UTF-8 is refused (RFC 8259 §8.1), or a title would get replacement characters. */
export function parseJson(bytes: Uint8Array): unknown {
  const json = decodeJson(bytes)
  if (isDeeperThan(maxJsonDepth, json)) {
    throw new Problem('malformed-json', { detail: `It may nest up to ${maxJsonDepth} levels deep.` })
  }
  return json
}

function decodeJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('malformed-json', { detail: whereMalformed(text) })
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw new Problem('malformed-json', { detail: 'It must be UTF-8.' })
  }
}

/** Line, column and kind of the first error. The engine's own message names no place, and quotes the body. */
function whereMalformed(text: string): string {
  if (text.trim() === '') return 'The body is empty.'
  const first = firstError(text)
  if (first === undefined) return 'The body is malformed, or nests too deep.'
  const before = text.slice(0, first.offset).split(/\r\n|\r|\n/)
  const column = Array.from(before.at(-1) ?? '').length + 1
  return `Line ${before.length}, column ${column}: ${expectations[printParseErrorCode(first.error)] ?? 'this is not JSON'}.`
}

/** Undefined if the parser finds none, or if the text nests so deep that it fails: it is recursive. */
function firstError(text: string): ParseError | undefined {
  const errors: ParseError[] = []
  try {
    parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  } catch {
    return undefined
  }
  return errors[0]
}

/** By the codes of jsonc-parser. */
const expectations: Record<string, string> = {
  InvalidSymbol: 'this is not a JSON value',
  InvalidNumberFormat: 'this is not a JSON number',
  PropertyNameExpected: 'a name in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing brace is expected',
  CloseBracketExpected: 'a closing bracket is expected',
  EndOfFileExpected: 'the body should end here',
  InvalidCommentToken: 'comments are not allowed',
  UnexpectedEndOfComment: 'comments are not allowed',
  UnexpectedEndOfString: 'a string is not closed',
  UnexpectedEndOfNumber: 'a number is incomplete',
  InvalidUnicode: 'an escape is malformed',
  InvalidEscapeCharacter: 'an escape is malformed',
  InvalidCharacter: 'a control character must be escaped',
}

/** Stops at the limit, so that no input can exhaust the stack. */
function isDeeperThan(levels: number, json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false
  return levels === 0 || Object.values(json).some((inner) => isDeeperThan(levels - 1, inner))
}

/** The chunks of a request's body. If the client disconnects, that is a 400 and not an error of ours. */
export async function* readBody(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw new Problem('malformed-request', { detail: 'The body ended early.', cause: error })
  }
}
