/** Takes a multipart/byteranges body apart (RFC 9110 §14.6, RFC 2046 §5.1). Pure. */
import { readFieldLine, type Answer } from './readAnswer.ts'

/** What RFC 2046 §5.1.1 allows as a boundary; quoted where it has characters that no token has. */
const contentType =
  /^multipart\/byteranges[ \t]*;[ \t]*boundary=(?:"([0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-])"|([!#$%&'*+.^_`|~0-9A-Za-z-]{1,70}))$/i

/** A part: its header lines and its bytes. */
export type BodyPart = Pick<Answer, 'headers' | 'body'>

/** The parts of the body; throws where it is not well-formed. */
export function readByteranges(type: string, body: Buffer): BodyPart[] {
  const match = contentType.exec(type)
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw new Error(`no multipart/byteranges with a boundary: ${type}`)
  const delimiter = `\r\n--${boundary}`
  // A preamble may come first; the first delimiter needs no line break before it.
  const framed = Buffer.concat([Buffer.from('\r\n'), body])
  const parts: BodyPart[] = []
  let at = framed.indexOf(delimiter)
  for (;;) {
    if (at < 0) throw new Error('the closing boundary is missing')
    const start = at + delimiter.length
    if (framed.toString('latin1', start, start + 2) === '--') return parts
    const next = framed.indexOf(delimiter, start)
    if (next < 0) throw new Error('a part has no end')
    parts.push(readPart(framed.subarray(start, next)))
    at = next
  }
}

/** A part begins with the rest of its boundary's line. */
function readPart(bytes: Buffer): BodyPart {
  const lineEnd = bytes.indexOf('\r\n')
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) throw new Error('a part has no end of headers')
  const lines = bytes.toString('latin1', lineEnd + 2, headEnd)
  const headers = lines === '' ? [] : lines.split('\r\n').map(readFieldLine)
  return { headers, body: bytes.subarray(headEnd + 4) }
}
