import type { CaseRequest, ConformanceCase, Expected, FromFacts } from '../conformanceCase.ts'
import { badRequest, get, part, parts, rejected, whole } from './asking.ts'

/** Ranges far from each other: a part for each, in the order asked (RFC 9110 §15.3.7.2). */
const apart: [name: string, value: string, expected: Expected][] = [
  ['two', 'bytes=0-99,5000-5099', parts([0, 99], [5000, 5099])],
  ['two single bytes', 'bytes=0-0,1000-1000', parts([0, 0], [1000, 1000])],
  ['the first and the last byte', 'bytes=0-0,-1', parts([0, 0], [-1, -1])],
  ['in descending order', 'bytes=5000-5099,0-99', parts([5000, 5099], [0, 99])],
  ['a suffix first', 'bytes=-100,0-99', parts([-100, -1], [0, 99])],
  ['three in no order', 'bytes=5000-5009,0-9,-10', parts([5000, 5009], [0, 9], [-10, -1])],
  ['the last open', 'bytes=0-9,20000-', parts([0, 9], [20000, -1])],
  ['the last beyond the end', 'bytes=0-9,20000-99999999999999999999', parts([0, 9], [20000, -1])],
  ['a gap of 1,000', 'bytes=0-99,1100-1199', parts([0, 99], [1100, 1199])],
  [
    'ten',
    `bytes=${Array.from({ length: 10 }, (_, at) => `${at * 2000}-${at * 2000 + 9}`).join(',')}`,
    parts(...Array.from({ length: 10 }, (_, at): [number, number] => [at * 2000, at * 2000 + 9])),
  ],
  ['a space after the comma', 'bytes=0-9, 5000-5009', parts([0, 9], [5000, 5009])],
  ['space and tabs around the comma', 'bytes=0-9 \t,\t 5000-5009', parts([0, 9], [5000, 5009])],
  ['the unit capitalised', 'Bytes=0-9,5000-5009', parts([0, 9], [5000, 5009])],
  ['empty elements between', 'bytes=0-9,,, ,5000-5009', parts([0, 9], [5000, 5009])],
]

/** One range in a list with empty elements, which a recipient must bear (§5.6.1.2). */
const withEmptyElements: [name: string, value: string][] = [
  ['before and after', 'bytes=, 0-1 ,'],
  ['before', 'bytes=,0-1'],
  ['after', 'bytes=0-1,'],
  ['several', 'bytes=,,\t, ,0-1,, ,'],
]

/** Ranges of which some lie behind the end: those are left out. */
const partlySatisfiable: [name: string, request: FromFacts<CaseRequest>, spans: [number, number][]][] = [
  ['the second', ({ size }) => get(`Range: bytes=0-0,${size}-`), [[0, 0]]],
  ['the first', ({ size }) => get(`Range: bytes=${size}-,100-199`), [[100, 199]]],
  ['a suffix of no length', get('Range: bytes=-0,0-1'), [[0, 1]]],
  ['from 2^64', get('Range: bytes=18446744073709551616-,0-1'), [[0, 1]]],
  [
    'the one between',
    ({ size }) => get(`Range: bytes=0-9,${size + 1}-,5000-5009`),
    [
      [0, 9],
      [5000, 5009],
    ],
  ],
]

/**
 * Ranges that overlap, touch, or have a gap shorter than what a part costs: a server MAY join them
 * (§15.3.7.2). We do.
 */
const joined: [name: string, value: string, asAsked: [number, number][], ours: Expected | Expected[]][] = [
  [
    'overlapping',
    'bytes=0-100,50-200',
    [
      [0, 100],
      [50, 200],
    ],
    part(0, 200),
  ],
  [
    'overlapping, in descending order',
    'bytes=50-200,0-100',
    [
      [50, 200],
      [0, 100],
    ],
    part(0, 200),
  ],
  [
    'touching',
    'bytes=0-99,100-199',
    [
      [0, 99],
      [100, 199],
    ],
    part(0, 199),
  ],
  [
    'a gap of ten',
    'bytes=0-99,110-199',
    [
      [0, 99],
      [110, 199],
    ],
    part(0, 199),
  ],
  [
    'the same twice',
    'bytes=0-99,0-99',
    [
      [0, 99],
      [0, 99],
    ],
    part(0, 99),
  ],
  [
    'one within the other',
    'bytes=0-999,100-199',
    [
      [0, 999],
      [100, 199],
    ],
    part(0, 999),
  ],
  [
    'one within all',
    'bytes=0-,100-199',
    [
      [0, -1],
      [100, 199],
    ],
    part(0, -1),
  ],
  [
    'a suffix that overlaps',
    'bytes=20000-,-100',
    [
      [20000, -1],
      [-100, -1],
    ],
    part(20000, -1),
  ],
  [
    'two of three',
    'bytes=0-99,100-199,5000-5099',
    [
      [0, 99],
      [100, 199],
      [5000, 5099],
    ],
    parts([0, 199], [5000, 5099]),
  ],
  [
    'the first and the last of three',
    'bytes=50-149,5000-5099,0-99',
    [
      [50, 149],
      [5000, 5099],
      [0, 99],
    ],
    [parts([0, 149], [5000, 5099]), parts([5000, 5099], [0, 149])],
  ],
]

const bytesApart = (count: number, gap: number) =>
  Array.from({ length: count }, (_, at) => `${at * gap}-${at * gap}`)

/** §14.2 and §17.15: what only wears a server out. It may be ignored or rejected, and never swells. */
const abusive: [name: string, value: string, ours: Expected | Expected[]][] = [
  ['200 single bytes', bytesApart(200, 100).join(','), whole],
  ['200 single bytes in descending order', bytesApart(200, 100).toReversed().join(','), whole],
  ['600 single bytes', bytesApart(600, 40).join(','), whole],
  ['the whole 200 times', Array(200).fill('0-').join(','), whole],
  ['a hundred bytes 200 times', Array(200).fill('0-99').join(','), whole],
  [
    '200 that overlap',
    bytesApart(200, 1)
      .map((span) => `${span}999`)
      .join(','),
    whole,
  ],
  [
    '200 suffixes',
    bytesApart(200, 1)
      .map((_, at) => `-${at + 1000}`)
      .join(','),
    whole,
  ],
  ['the whole 50 times', Array(50).fill('0-').join(','), [whole, part(0, -1)]],
  ['a hundred bytes 50 times', Array(50).fill('0-99').join(','), [whole, part(0, 99)]],
]

/** §15.3.7: a server might send only a part of what was asked for; no range at all is open to it besides. */
const lessThanAsked: Expected[] = [part(0, 99), whole]

export const multipleRanges: ConformanceCase[] = [
  ...apart.map(([name, value, expected]): ConformanceCase => ({
    name: `several: ${name}`,
    section: 'RFC 9110 §15.3.7.2',
    level: 'should',
    request: get(`Range: ${value}`),
    expected,
  })),
  ...withEmptyElements.map(([name, value]): ConformanceCase => ({
    name: `one range, and empty elements ${name}`,
    section: 'RFC 9110 §5.6.1.2',
    level: 'should',
    request: get(`Range: ${value}`),
    expected: [part(0, 1), parts([0, 1])],
    ourReading: part(0, 1),
  })),
  {
    // The grammar has no white space there, but an element may be empty; both readings are sound.
    name: 'a space after the equals sign',
    section: 'RFC 9110 §14.1.1',
    level: 'should',
    request: get('Range: bytes= 0-1'),
    expected: [part(0, 1), whole, rejected, badRequest],
    ourReading: [part(0, 1), whole],
  },
  ...partlySatisfiable.map(([name, request, spans]): ConformanceCase => ({
    name: `several, of which behind the end: ${name}`,
    section: 'RFC 9110 §15.3.7.2',
    level: 'should',
    request,
    expected: [parts(...spans), ...(spans[0] && spans.length === 1 ? [part(...spans[0])] : [])],
    ourReading: spans[0] && spans.length === 1 ? part(...spans[0]) : parts(...spans),
  })),
  ...joined.map(([name, value, asAsked, ours]): ConformanceCase => {
    const oneLeft = [ours]
      .flat()
      .flatMap(({ body }) => (typeof body === 'object' && 'part' in body ? [parts(body.part)] : []))
    return {
      name: `several, joined: ${name}`,
      section: 'RFC 9110 §15.3.7.2',
      level: 'should',
      request: get(`Range: ${value}`),
      expected: [parts(...asAsked), ...[ours].flat(), ...oneLeft],
      ourReading: ours,
    }
  }),
  ...abusive.map(([name, value, ours]): ConformanceCase => ({
    name: `several, too many: ${name}`,
    section: 'RFC 9110 §17.15',
    level: 'should',
    request: get(`Range: bytes=${value}`),
    expected: [
      whole,
      rejected,
      badRequest,
      { status: 206, body: { atMostTimesWhole: 2 } },
      // A server may also find the header too long.
      { status: 431 },
    ],
    ourReading: ours,
  })),
  {
    name: 'several: each part has the Content-Type of the 200',
    section: 'RFC 9110 §15.3.7.2',
    level: 'should',
    request: get('Range: bytes=0-99,5000-5099'),
    expected: {
      status: 206,
      body: {
        parts: [
          [0, 99],
          [5000, 5099],
        ],
        typed: true,
      },
    },
  },
  {
    name: 'several: the 206 has no Content-Range of its own',
    section: 'RFC 9110 §15.3.7.2',
    level: 'must',
    request: get('Range: bytes=0-99,5000-5099'),
    expected: [{ ...parts([0, 99], [5000, 5099]), absent: ['Content-Range'] }, ...lessThanAsked],
  },
  {
    name: 'several: the 206 has the ETag, Cache-Control, Vary and Date of the 200',
    section: 'RFC 9110 §15.3.7',
    level: 'must',
    request: get('Range: bytes=0-99,5000-5099'),
    expected: [
      { ...parts([0, 99], [5000, 5099]), asInWhole: ['ETag', 'Cache-Control', 'Expires', 'Vary', 'Date'] },
      ...lessThanAsked,
    ],
  },
  {
    name: 'several: the 206 says how long it is',
    section: 'media clients',
    level: 'client',
    request: get('Range: bytes=0-99,5000-5099'),
    expected: { ...parts([0, 99], [5000, 5099]), headers: { 'Content-Length': /^\d+$/ } },
  },
  {
    name: 'several: the 206 ends where it says',
    section: 'RFC 9112 §6.3',
    level: 'must',
    exchanges: [
      {
        request: get('Range: bytes=0-99,5000-5099'),
        expected: [parts([0, 99], [5000, 5099]), ...lessThanAsked],
      },
      { request: get('Range: bytes=0-1'), expected: [part(0, 1), whole] },
    ],
    pipelined: true,
  },
]
