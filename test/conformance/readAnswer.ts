/** Reads HTTP/1.1 answers as RFC 9112 frames them. Pure. */

export type Answer = {
  version: string
  status: number
  /** As on the wire: order, case and repetitions kept. */
  headers: [name: string, value: string][]
  body: Buffer
}

type Read = { answer: Answer; length: number }
type Framed = { body: Buffer; end: number }

/**
 * Reads the first final answer in `bytes`; undefined while it is incomplete. `closed` says that no more will
 * come, which ends a body that nothing else delimits.
 */
export function readAnswer(bytes: Buffer, method: string, closed: boolean): Read | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const start = headEnd + 4
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const match = /^HTTP\/(\d\.\d) (\d{3})(?: |$)/.exec(statusLine)
  if (!match) throw new Error(`not a status line: ${JSON.stringify(statusLine.slice(0, 80))}`)
  const [, version = '', status = ''] = match
  // Interim answers (100, 103) come before the final one (RFC 9110 §15.2).
  if (status.startsWith('1')) return after(start, readAnswer(bytes.subarray(start), method, closed))
  const headers = lines.map(readFieldLine)
  const framed = readBody(bytes, start, method, Number(status), headers, closed)
  if (!framed) return undefined
  return { answer: { version, status: Number(status), headers, body: framed.body }, length: framed.end }
}

/** Every value of a header. */
export function valuesOf(answer: Pick<Answer, 'headers'>, name: string): string[] {
  const wanted = name.toLowerCase()
  return answer.headers.filter(([one]) => one.toLowerCase() === wanted).map(([, value]) => value)
}

function after(offset: number, read: Read | undefined): Read | undefined {
  return read && { answer: read.answer, length: offset + read.length }
}

export function readFieldLine(line: string): [string, string] {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(line)
  if (!match) throw new Error(`not a field line: ${JSON.stringify(line.slice(0, 80))}`)
  return [match[1] ?? '', match[2] ?? '']
}

/** RFC 9112 §6.3: what delimits the body, in order of precedence. */
function readBody(
  bytes: Buffer,
  start: number,
  method: string,
  status: number,
  headers: Answer['headers'],
  closed: boolean,
): Framed | undefined {
  if (method === 'HEAD' || status === 204 || status === 304) return { body: Buffer.alloc(0), end: start }
  const coding = valuesOf({ headers }, 'transfer-encoding').join(', ')
  if (/chunked$/i.test(coding)) return readChunks(bytes, start)
  const [length] = valuesOf({ headers }, 'content-length')
  if (length === undefined) {
    return closed ? { body: bytes.subarray(start), end: bytes.length } : undefined
  }
  const end = start + Number(length)
  return bytes.length < end ? undefined : { body: bytes.subarray(start, end), end }
}

/** RFC 9112 §7.1. */
function readChunks(bytes: Buffer, start: number): Framed | undefined {
  const chunks: Buffer[] = []
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('not a chunk size')
    const data = lineEnd + 2
    if (size === 0) return afterTrailers(bytes, data, chunks)
    if (bytes.length < data + size + 2) return undefined
    chunks.push(bytes.subarray(data, data + size))
    at = data + size + 2
  }
}

function afterTrailers(bytes: Buffer, start: number, chunks: Buffer[]): Framed | undefined {
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    if (lineEnd === at) return { body: Buffer.concat(chunks), end: at + 2 }
    at = lineEnd + 2
  }
}
