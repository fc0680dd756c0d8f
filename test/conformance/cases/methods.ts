import type { ConformanceCase, Expected } from '../conformanceCase.ts'

const getAndHead = /^(?=.*(^|[ ,])GET([ ,]|$))(?=.*(^|[ ,])HEAD([ ,]|$))/

/** RFC 9110 §15.5.6: a 405 MUST say what is allowed. */
const notAllowed: Expected = { status: 405, headers: { Allow: getAndHead }, absent: ['Content-Range'] }

const refused: [name: string, method: string, headers: string[], content?: string][] = [
  ['POST', 'POST', ['Content-Type: text/plain'], 'hello'],
  ['PUT', 'PUT', ['Content-Type: audio/ogg'], 'hello'],
  ['PATCH', 'PATCH', ['Content-Type: application/merge-patch+json'], '{}'],
  ['DELETE', 'DELETE', []],
  ['POST with a range', 'POST', ['Range: bytes=0-1'], ''],
  // §13.2.1: conditions are ignored where the answer without them is no 2xx.
  ['POST if there is nothing', 'POST', ['If-None-Match: *'], ''],
  ['DELETE of another tag', 'DELETE', ['If-Match: "another"']],
]

export const methods: ConformanceCase[] = [
  ...refused.map(([name, method, headers, content]): ConformanceCase => ({
    name: `not allowed: ${name}`,
    section: 'RFC 9110 §15.5.6',
    level: 'must',
    ours: true,
    request: { method, headers, ...(content === undefined ? {} : { content }) },
    expected: notAllowed,
  })),
  {
    name: 'a 405 is problem details',
    section: 'RFC 9457 §3',
    level: 'must',
    ours: true,
    request: { method: 'PUT', headers: [], content: 'hello' },
    expected: {
      ...notAllowed,
      headers: {
        Allow: getAndHead,
        'Content-Type': 'application/problem+json',
        'Cache-Control': 'no-store',
      },
    },
  },
  {
    name: 'a method in lower case is another method',
    section: 'RFC 9110 §9.1',
    level: 'must',
    ours: true,
    request: { method: 'get', headers: [] },
    expected: [400, 404, 405, 501].map((status) => ({ status })),
  },
  {
    name: 'OPTIONS is answered',
    section: 'RFC 9110 §9.3.7',
    level: 'should',
    ours: true,
    request: { method: 'OPTIONS', headers: [] },
    expected: [200, 204].map((status) => ({ status, headers: { Allow: getAndHead } })),
  },
  {
    name: 'OPTIONS is answered whatever the conditions are',
    section: 'RFC 9110 §13.2.1',
    level: 'must',
    ours: true,
    request: { method: 'OPTIONS', headers: ['If-Match: "another"', 'Range: bytes=999999999-'] },
    expected: [200, 204].map((status) => ({ status })),
  },
]
