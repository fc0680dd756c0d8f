import type { ConformanceCase, Expected } from '../conformanceCase.ts'
import { badRequest, get, getEmpty, part, rejected, whole } from './asking.ts'

const empty: Expected = { status: 200, body: 'none' }

/** Of an empty file no byte can be named, so a 206 cannot be written. §14.2 lets a server ignore the range. */
const emptyUnsatisfiable: Expected = { status: 416, headers: { 'Content-Range': 'bytes */0' } }

const rangesOfNothing = ['bytes=0-', 'bytes=0-0', 'bytes=1-', 'bytes=-1', 'bytes=-0', 'bytes=0-0,-1']

const tooLong: Expected[] = [badRequest, rejected, { status: 414 }, { status: 431 }, { status: 413 }]

export const emptyAndEdges: ConformanceCase[] = [
  {
    name: 'an empty file, plainly',
    section: 'RFC 9110 §9.3.1',
    level: 'must',
    request: getEmpty(),
    expected: empty,
  },
  ...rangesOfNothing.map((range): ConformanceCase => ({
    name: `an empty file, ${range}`,
    section: 'RFC 9110 §14.2',
    level: 'must',
    request: getEmpty(`Range: ${range}`),
    expected: [empty, emptyUnsatisfiable],
  })),
  {
    name: 'an empty file, a malformed range',
    section: 'RFC 9110 §14.2',
    level: 'must',
    request: getEmpty('Range: bytes=2-1'),
    expected: [empty, badRequest, rejected],
  },
  {
    name: 'an empty file, another unit',
    section: 'RFC 9110 §14.2',
    level: 'must',
    request: getEmpty('Range: seconds=0-1'),
    expected: empty,
  },
  {
    name: 'a first byte of 6,000 digits, all zero',
    section: 'RFC 9110 §17.5',
    level: 'should',
    request: get(`Range: bytes=${'0'.repeat(6000)}-1`),
    expected: [part(0, 1), whole, ...tooLong],
    ourReading: [part(0, 1), whole],
  },
  {
    name: 'a last byte of 6,000 digits',
    section: 'RFC 9110 §17.5',
    level: 'should',
    request: get(`Range: bytes=100-${'9'.repeat(6000)}`),
    expected: [part(100, -1), whole, ...tooLong],
    ourReading: [part(100, -1), whole],
  },
  {
    name: 'a unit of 6,000 letters',
    section: 'RFC 9110 §17.5',
    level: 'should',
    request: get(`Range: ${'b'.repeat(6000)}=0-1`),
    expected: [whole, ...tooLong],
    ourReading: whole,
  },
  {
    name: 'a tag of 6,000 characters in If-None-Match',
    section: 'RFC 9110 §17.5',
    level: 'should',
    request: get(`If-None-Match: "${'a'.repeat(6000)}"`),
    expected: [whole, ...tooLong],
    ourReading: whole,
  },
  {
    name: '6,000 commas in If-None-Match',
    section: 'RFC 9110 §5.6.1.2',
    level: 'should',
    request: get(`If-None-Match: ${','.repeat(6000)}`),
    expected: [whole, ...tooLong],
    ourReading: whole,
  },
  {
    name: '6,000 quotes in If-None-Match',
    section: 'RFC 9110 §17.5',
    level: 'should',
    request: get(`If-None-Match: ${'"'.repeat(6000)}`),
    expected: [whole, ...tooLong],
    ourReading: whole,
  },
]
