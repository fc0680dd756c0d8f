import type { CaseRequest, ConformanceCase, Expected, FromFacts } from '../conformanceCase.ts'
import { get, part, unsatisfiable } from './asking.ts'

/** RFC 9110 §14.1.2: the last N bytes; all of them if there are no more. */
const suffixes: [name: string, request: FromFacts<CaseRequest>, expected: Expected][] = [
  ['the last byte', get('Range: bytes=-1'), part(-1, -1)],
  ['the last two bytes', get('Range: bytes=-2'), part(-2, -1)],
  ['the last 500 bytes', get('Range: bytes=-500'), part(-500, -1)],
  ['a leading zero', get('Range: bytes=-0500'), part(-500, -1)],
  ['all but the first byte', ({ size }) => get(`Range: bytes=-${size - 1}`), part(1, -1)],
  ['as long as the file', ({ size }) => get(`Range: bytes=-${size}`), part(0, -1)],
  ['a byte longer than the file', ({ size }) => get(`Range: bytes=-${size + 1}`), part(0, -1)],
  ['much longer than the file', get('Range: bytes=-999999999'), part(0, -1)],
  ['2^31 long', get('Range: bytes=-2147483648'), part(0, -1)],
  ['2^32 + 1 long', get('Range: bytes=-4294967297'), part(0, -1)],
  ['2^53 + 1 long', get('Range: bytes=-9007199254740993'), part(0, -1)],
  ['2^63 long', get('Range: bytes=-9223372036854775808'), part(0, -1)],
  ['2^64 long, which wraps to 0', get('Range: bytes=-18446744073709551616'), part(0, -1)],
  ['2^64 + 1 long, which wraps to 1', get('Range: bytes=-18446744073709551617'), part(0, -1)],
  ['10^40 long', get(`Range: bytes=-1${'0'.repeat(40)}`), part(0, -1)],
  ['of no length', get('Range: bytes=-0'), unsatisfiable],
  ['of no length, in three zeros', get('Range: bytes=-000'), unsatisfiable],
]

export const suffixRange: ConformanceCase[] = suffixes.map(([name, request, expected]): ConformanceCase => ({
  name: `a suffix: ${name}`,
  section: 'RFC 9110 §14.1.2',
  level: 'should',
  request,
  expected,
}))
