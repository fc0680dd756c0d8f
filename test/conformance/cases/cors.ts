import type { CaseRequest, ConformanceCase, Expected, FromFacts } from '../conformanceCase.ts'
import {
  get,
  getUnknown,
  notFound,
  notModified,
  part,
  preconditionFailed,
  unsatisfiable,
  whole,
} from './asking.ts'

const origin = 'Origin: https://player.example'

/** Holds every one of these words, or an asterisk for all. */
function listing(...names: string[]): RegExp {
  return new RegExp(`^\\*$|^${names.map((name) => `(?=.*(^|[ ,])${name}([ ,]|$))`).join('')}`, 'i')
}

const exposed = ['Content-Range', 'Content-Length', 'Accept-Ranges', 'ETag', 'Repr-Digest']

function shared(expected: Expected): Expected {
  return { ...expected, headers: { ...expected.headers, 'Access-Control-Allow-Origin': '*' } }
}

/** Another site's player sees nothing of an answer that does not allow it. */
const answers: [name: string, request: FromFacts<CaseRequest>, expected: Expected][] = [
  ['a 200', get(origin), whole],
  ['a 206', get(origin, 'Range: bytes=0-1'), part(0, 1)],
  ['a 304', ({ etag }) => get(origin, `If-None-Match: ${etag}`), notModified],
  ['a 404', getUnknown(origin), notFound],
  ['a 412', get(origin, 'If-Match: "another"'), preconditionFailed],
  ['a 416', get(origin, 'Range: bytes=999999999-'), unsatisfiable],
  ['from a file or a sandbox', get('Origin: null'), whole],
]

function preflight(method: string, headers?: string): CaseRequest {
  return {
    method: 'OPTIONS',
    headers: [
      origin,
      `Access-Control-Request-Method: ${method}`,
      ...(headers === undefined ? [] : [`Access-Control-Request-Headers: ${headers}`]),
    ],
  }
}

/** Fetch §3.3.4 wants an ok status. */
const preflights: [name: string, request: CaseRequest, headers: Expected['headers']][] = [
  [
    'a range',
    preflight('GET', 'if-range,range'),
    { 'Access-Control-Allow-Headers': listing('range', 'if-range') },
  ],
  ['a suffix range', preflight('GET', 'range'), { 'Access-Control-Allow-Headers': listing('range') }],
  [
    'conditions',
    preflight('GET', 'if-none-match,if-modified-since'),
    { 'Access-Control-Allow-Headers': listing('if-none-match', 'if-modified-since') },
  ],
  ['HEAD', preflight('HEAD'), {}],
  ['a range, remembered for a while', preflight('GET', 'range'), { 'Access-Control-Max-Age': /^[1-9]\d*$/ }],
]

export const cors: ConformanceCase[] = [
  ...answers.map(([name, request, expected]): ConformanceCase => ({
    name: `CORS: ${name} is for every origin`,
    section: 'Fetch §3.3.3',
    level: 'client',
    ours: true,
    request,
    expected: shared(expected),
  })),
  ...(
    [
      ['a 200', get(origin), whole],
      ['a 206', get(origin, 'Range: bytes=0-1'), part(0, 1)],
    ] as const
  ).map(([name, request, expected]): ConformanceCase => ({
    name: `CORS: ${name} exposes what a player reads`,
    section: 'Fetch §3.3.3',
    level: 'client',
    ours: true,
    request,
    expected: { ...expected, headers: { 'Access-Control-Expose-Headers': listing(...exposed) } },
  })),
  ...preflights.map(([name, request, headers]): ConformanceCase => ({
    name: `CORS: a preflight for ${name}`,
    section: 'Fetch §3.3.3',
    level: 'client',
    ours: true,
    request,
    expected: [200, 204].map((status) => ({
      ...shared({ status, body: 'none' }),
      headers: { 'Access-Control-Allow-Origin': '*', ...headers },
    })),
  })),
  {
    name: 'a page under COEP may embed it',
    section: 'Fetch §3.7 (CORP)',
    level: 'client',
    ours: true,
    request: get(),
    expected: { ...whole, headers: { 'Cross-Origin-Resource-Policy': 'cross-origin' } },
  },
  {
    name: 'a page under COEP may embed a part of it',
    section: 'Fetch §3.7 (CORP)',
    level: 'client',
    ours: true,
    request: get('Range: bytes=0-1'),
    expected: { ...part(0, 1), headers: { 'Cross-Origin-Resource-Policy': 'cross-origin' } },
  },
  {
    name: 'any page may time it',
    section: 'Resource Timing §4.5',
    level: 'client',
    ours: true,
    request: get(origin),
    expected: { ...whole, headers: { 'Timing-Allow-Origin': '*' } },
  },
]
