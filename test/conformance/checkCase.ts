/** Compares an answer with what a case expects, and answers complaints. Pure. */
import type { Body, Expected, Facts, Span } from './conformanceCase.ts'
import { valuesOf, type Answer } from './readAnswer.ts'
import { readByteranges } from './readByteranges.ts'

/** Fields that are no lists and must not be sent twice (RFC 9110 §5.3). */
const singletons = ['Content-Length', 'Content-Type', 'Content-Range', 'ETag', 'Last-Modified', 'Date']

/** Complaints about the answer. Of several expectations, the nearest one counts. */
export function checkCase(
  answer: Answer,
  method: string,
  expected: Expected | Expected[],
  facts: Facts,
): string[] {
  const open = [expected].flat()
  const [nearest] = open
    .filter(({ status }) => status === answer.status)
    .map((one) => checkExpected(answer, one, facts))
    .sort((some, others) => some.length - others.length)
  const statuses = [...new Set(open.map(({ status }) => status))].join(' or ')
  return [
    ...(nearest ?? [`status ${answer.status}, not ${statuses}`]),
    ...checkFraming(answer, method, facts),
  ]
}

function checkExpected(answer: Answer, expected: Expected, facts: Facts): string[] {
  return [
    ...checkHeaders(answer, expected, facts),
    ...(expected.body === undefined ? [] : checkBody(answer, expected.body, facts)),
  ]
}

function checkHeaders(answer: Answer, expected: Expected, facts: Facts): string[] {
  const complaints: string[] = []
  for (const [name, wanted] of Object.entries(expected.headers ?? {})) {
    const value = valueOf(answer, name)
    const exact = typeof wanted === 'function' ? wanted(facts) : wanted
    const agrees = exact instanceof RegExp ? exact.test(value ?? '') : value === exact
    if (!agrees) complaints.push(`${name}: ${value ?? '(none)'}, not ${String(exact)}`)
  }
  for (const name of expected.absent ?? []) {
    const value = valueOf(answer, name)
    if (value !== undefined) complaints.push(`${name}: ${value}, where none may be`)
  }
  for (const name of expected.asInWhole ?? []) {
    const [value, wanted] = [valueOf(answer, name), facts.whole.get(name.toLowerCase())]
    // The clock goes on between two answers: of Date, that it is there.
    const agrees = name === 'Date' ? value !== undefined : value === wanted
    if (wanted !== undefined && !agrees)
      complaints.push(`${name}: ${value ?? '(none)'}, but ${wanted} in the 200`)
  }
  return complaints
}

function checkBody(answer: Answer, body: Body, facts: Facts): string[] {
  if (body === 'none') return differs(answer.body, new Uint8Array())
  if (body === 'whole') return differs(answer.body, facts.bytes)
  if ('part' in body) return checkPart(answer, body.part, facts)
  if ('parts' in body) return checkParts(answer, body.parts, body.typed === true, facts)
  const limit = body.atMostTimesWhole * facts.size
  return answer.body.length <= limit ? [] : [`${answer.body.length} bytes, more than ${limit}`]
}

/** A part, of a 206 or of a multipart body: its Content-Range and its bytes. */
function checkPart(part: Pick<Answer, 'headers' | 'body'>, span: Span, { bytes, size }: Facts): string[] {
  const fromStart = (at: number) => (at < 0 ? size + at : at)
  const [first, last] = [fromStart(span[0]), fromStart(span[1])]
  const wanted = `bytes ${first}-${last}/${size}`
  const value = valueOf(part, 'Content-Range')
  return [
    ...(value === wanted ? [] : [`Content-Range: ${value ?? '(none)'}, not ${wanted}`]),
    ...differs(part.body, bytes.subarray(first, last + 1)),
  ]
}

function checkParts(answer: Answer, spans: Span[], typed: boolean, facts: Facts): string[] {
  try {
    const parts = readByteranges(valueOf(answer, 'Content-Type') ?? '(no type)', answer.body)
    const type = facts.whole.get('content-type')
    return [
      ...(parts.length === spans.length ? [] : [`${parts.length} parts, not ${spans.length}`]),
      ...spans.flatMap((span, at) => (parts[at] ? checkPart(parts[at], span, facts) : [])),
      ...(typed && parts.some((part) => valueOf(part, 'Content-Type') !== type)
        ? [`a part is no ${type}`]
        : []),
    ]
  } catch (error) {
    return [error instanceof Error ? error.message : 'the parts cannot be read']
  }
}

/** What holds for every answer, whatever was asked. */
function checkFraming(answer: Answer, method: string, facts: Facts): string[] {
  const complaints = singletons
    .filter((name) => valuesOf(answer, name).length > 1)
    .map((name) => `${name} is there more than once`)
  const { status } = answer
  const contentRange = valueOf(answer, 'Content-Range')
  const type = valueOf(answer, 'Content-Type') ?? ''
  // RFC 9110 §14.4: elsewhere it means nothing, and a 200 with one confuses players.
  if (contentRange !== undefined && status !== 206 && status !== 416)
    complaints.push(`Content-Range in a ${status}`)
  // §15.3.7.2: several parts say their ranges in the parts alone.
  if (contentRange !== undefined && /^multipart\//i.test(type)) complaints.push('Content-Range beside parts')
  const length = valueOf(answer, 'Content-Length')
  // §8.6: to HEAD and in a 304, if there at all, it is that of the 200 to GET.
  const is200Length = status === 304 || (method === 'HEAD' && status === 200)
  const wanted = is200Length ? facts.size : answer.body.length
  if (length !== undefined && (method !== 'HEAD' || is200Length) && length !== String(wanted)) {
    complaints.push(`Content-Length: ${length}, not ${wanted}`)
  }
  return complaints
}

function differs(body: Uint8Array, wanted: Uint8Array): string[] {
  if (Buffer.compare(body, wanted) === 0) return []
  return [`a body of ${body.length} bytes, not the ${wanted.length} expected`]
}

/** All values of a header as one (RFC 9110 §5.3). */
function valueOf(answer: Pick<Answer, 'headers'>, name: string): string | undefined {
  const values = valuesOf(answer, name)
  return values.length === 0 ? undefined : values.join(', ')
}
