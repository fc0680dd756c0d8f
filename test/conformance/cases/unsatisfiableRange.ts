import type { CaseRequest, ConformanceCase, FromFacts } from '../conformanceCase.ts'
import { get, rejected, unsatisfiable, whole } from './asking.ts'

/** Ranges that begin behind the end: RFC 9110 §14.2 says SHOULD be a 416, §15.5.17 what it says. */
const behindTheEnd: [name: string, request: FromFacts<CaseRequest>][] = [
  ['right behind the end, open', ({ size }) => get(`Range: bytes=${size}-`)],
  ['right behind the end, closed', ({ size }) => get(`Range: bytes=${size}-${size}`)],
  ['behind the end, closed', ({ size }) => get(`Range: bytes=${size + 5}-${size + 10}`)],
  ['far behind the end', get('Range: bytes=999999999-')],
  ['from 2^31', get('Range: bytes=2147483648-')],
  ['from 2^32, which wraps to 0', get('Range: bytes=4294967296-4294967297')],
  ['from 2^53 + 1', get('Range: bytes=9007199254740993-')],
  ['from 2^63', get('Range: bytes=9223372036854775808-')],
  ['from 2^64, which wraps to 0, open', get('Range: bytes=18446744073709551616-')],
  ['from 2^64, which wraps to 0, closed', get('Range: bytes=18446744073709551616-18446744073709551617')],
  ['from 10^40', get(`Range: bytes=1${'0'.repeat(40)}-`)],
  ['several, all behind the end', ({ size }) => get(`Range: bytes=${size}-,${size + 100}-${size + 200}`)],
  ['several: behind the end, and a suffix of no length', ({ size }) => get(`Range: bytes=${size}-,-0`)],
]

export const unsatisfiableRange: ConformanceCase[] = [
  ...behindTheEnd.map(([name, request]): ConformanceCase => ({
    name: `unsatisfiable: ${name}`,
    section: 'RFC 9110 §15.5.17',
    level: 'should',
    request,
    expected: unsatisfiable,
  })),
  {
    name: 'a 416 has no more than its own body',
    section: 'RFC 9112 §6.3',
    level: 'must',
    exchanges: [
      { request: get('Range: bytes=999999999-'), expected: [rejected, whole] },
      { request: get(), expected: whole },
    ],
    pipelined: true,
  },
  {
    name: 'a 416 is problem details that nobody stores',
    section: 'RFC 9457 §3',
    level: 'must',
    ours: true,
    request: get('Range: bytes=999999999-'),
    expected: {
      ...unsatisfiable,
      headers: {
        ...unsatisfiable.headers,
        'Content-Type': 'application/problem+json',
        'Cache-Control': 'no-store',
      },
      absent: ['Content-Disposition', 'Repr-Digest'],
    },
  },
  {
    name: 'a 416 is not to be sniffed',
    section: 'Fetch §3.6 (nosniff)',
    level: 'client',
    ours: true,
    request: get('Range: bytes=999999999-'),
    expected: { ...unsatisfiable, headers: { 'X-Content-Type-Options': 'nosniff' } },
  },
]
