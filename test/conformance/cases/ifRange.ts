import type { CaseRequest, ConformanceCase, Expected, Facts } from '../conformanceCase.ts'
import { described, get, head, part, parts, unsatisfiable, whole } from './asking.ts'
import { asctime, imfFixdate, rfc850, secondsAfter } from './httpDates.ts'
import { otherCase } from './tags.ts'

type IfRange = (facts: Facts) => string

/** Validators that are not that of the file: the range MUST be ignored (RFC 9110 §13.1.5). */
const unequal: [name: string, value: IfRange][] = [
  ['another tag', () => '"another"'],
  ['an empty tag', () => '""'],
  ['another tag, weak', () => 'W/"another"'],
  ['its tag, weak', ({ opaque }) => `W/"${opaque}"`],
  ['its tag in other case', ({ opaque }) => `"${otherCase(opaque)}"`],
  ['its tag with something after it', ({ opaque }) => `"${opaque}x"`],
  ['its tag without the last character', ({ opaque }) => `"${opaque.slice(0, -1)}"`],
  ['a second earlier', ({ lastModified }) => imfFixdate(secondsAfter(lastModified, -1))],
  ['a second later', ({ lastModified }) => imfFixdate(secondsAfter(lastModified, 1))],
  ['a year earlier', ({ lastModified }) => imfFixdate(secondsAfter(lastModified, -365 * 86400))],
  ['a year later', ({ lastModified }) => imfFixdate(secondsAfter(lastModified, 365 * 86400))],
  ['the epoch', () => 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['a second earlier, RFC 850', ({ lastModified }) => rfc850(secondsAfter(lastModified, -1))],
  ['a second later, RFC 850', ({ lastModified }) => rfc850(secondsAfter(lastModified, 1))],
  ['a second earlier, asctime', ({ lastModified }) => asctime(secondsAfter(lastModified, -1))],
  ['a second later, asctime', ({ lastModified }) => asctime(secondsAfter(lastModified, 1))],
]

/** Neither a tag nor a date: it equals nothing, so it is false, and a false If-Range means the whole. */
const malformed: [name: string, value: IfRange][] = [
  ['its tag without quotes', ({ opaque }) => opaque],
  ['its tag in single quotes', ({ opaque }) => `'${opaque}'`],
  ['its tag without the closing quote', ({ opaque }) => `"${opaque}`],
  ['its tag without the opening quote', ({ opaque }) => `${opaque}"`],
  ['its tag weak, in lower case', ({ opaque }) => `w/"${opaque}"`],
  ['its tag second in a list', ({ etag }) => `"another", ${etag}`],
  ['its tag first in a list', ({ etag }) => `${etag}, "another"`],
  ['an asterisk', () => '*'],
  ['its date as ISO 8601', ({ lastModified }) => lastModified.toISOString()],
  ['its date in milliseconds', ({ lastModified }) => String(lastModified.getTime())],
  ['nonsense', () => 'yesterday'],
]

function ranged(range: string, value: IfRange): (facts: Facts) => CaseRequest {
  return (facts) => get(`Range: ${range}`, `If-Range: ${value(facts)}`)
}

const itsTag: IfRange = ({ strongTag }) => strongTag
const itsDate: IfRange = ({ lastModified }) => imfFixdate(lastModified)

/** A true If-Range: the range is processed as if alone. */
const equal: [name: string, range: string, value: IfRange, expected: Expected][] = [
  ['its tag', 'bytes=100-199', itsTag, part(100, 199)],
  ['its tag, open range', 'bytes=100-', itsTag, part(100, -1)],
  ['its tag, from the start', 'bytes=0-', itsTag, part(0, -1)],
  ['its tag, suffix', 'bytes=-100', itsTag, part(-100, -1)],
  ['its tag, several ranges', 'bytes=0-9,5000-5009', itsTag, parts([0, 9], [5000, 5009])],
  ['its date', 'bytes=100-199', itsDate, part(100, 199)],
]

export const ifRange: ConformanceCase[] = [
  ...equal.map(([name, range, value, expected]): ConformanceCase => ({
    name: `If-Range, equal: ${name}`,
    section: 'RFC 9110 §13.1.5',
    level: 'should',
    request: ranged(range, value),
    expected,
  })),
  ...(
    [
      ['RFC 850', rfc850],
      ['asctime', asctime],
    ] as const
  ).map(([form, write]): ConformanceCase => ({
    // §5.6.7: all three forms are accepted; but "exactly matches" may also be read of the text.
    name: `If-Range, equal: its date, ${form}`,
    section: 'RFC 9110 §13.1.5',
    level: 'should',
    request: ranged('bytes=100-199', ({ lastModified }) => write(lastModified)),
    expected: [part(100, 199), whole],
    ourReading: part(100, 199),
  })),
  ...unequal.map(([name, value]): ConformanceCase => ({
    name: `If-Range, unequal: ${name}`,
    section: 'RFC 9110 §13.1.5',
    level: 'must',
    request: ranged('bytes=100-199', value),
    expected: whole,
  })),
  ...malformed.map(([name, value]): ConformanceCase => ({
    name: `If-Range, malformed: ${name}`,
    section: 'RFC 9110 §13.1.5',
    level: 'should',
    request: ranged('bytes=100-199', value),
    expected: whole,
  })),
  {
    name: 'If-Range, unequal, and an unsatisfiable range',
    section: 'RFC 9110 §13.2.2',
    level: 'must',
    request: ranged('bytes=999999999-', () => '"another"'),
    expected: whole,
  },
  {
    name: 'If-Range, a date unequal, and an unsatisfiable range',
    section: 'RFC 9110 §13.2.2',
    level: 'must',
    request: ranged('bytes=999999999-', ({ lastModified }) => imfFixdate(secondsAfter(lastModified, -60))),
    expected: whole,
  },
  {
    name: 'If-Range, weak, and an unsatisfiable range',
    section: 'RFC 9110 §13.2.2',
    level: 'must',
    request: ranged('bytes=999999999-', ({ opaque }) => `W/"${opaque}"`),
    expected: whole,
  },
  {
    name: 'If-Range, unequal, and a malformed range',
    section: 'RFC 9110 §13.2.2',
    level: 'must',
    request: ranged('bytes=2-1', () => '"another"'),
    expected: whole,
  },
  {
    name: 'If-Range, unequal, and several ranges',
    section: 'RFC 9110 §13.1.5',
    level: 'must',
    request: ranged('bytes=0-9,5000-5009', () => '"another"'),
    expected: whole,
  },
  {
    name: 'If-Range, unequal, and another unit',
    section: 'RFC 9110 §14.2',
    level: 'must',
    request: ranged('seconds=0-1', () => '"another"'),
    expected: whole,
  },
  {
    // §13.2.2 step 5 says 200 unless the range is applicable, §14.2 says 416.
    name: 'If-Range, equal, and an unsatisfiable range',
    section: 'RFC 9110 §14.2',
    level: 'should',
    request: ranged('bytes=999999999-', itsTag),
    expected: [unsatisfiable, whole],
    ourReading: unsatisfiable,
  },
  {
    name: 'If-Range, equal, and another unit',
    section: 'RFC 9110 §14.2',
    level: 'must',
    request: ranged('seconds=0-1', itsTag),
    expected: whole,
  },
  {
    name: 'If-Range, equal, without Range',
    section: 'RFC 9110 §13.1.5',
    level: 'must',
    request: ({ etag }) => get(`If-Range: ${etag}`),
    expected: whole,
  },
  {
    name: 'If-Range, unequal, without Range',
    section: 'RFC 9110 §13.1.5',
    level: 'must',
    request: get('If-Range: "another"'),
    expected: whole,
  },
  {
    name: 'If-Range, malformed, without Range',
    section: 'RFC 9110 §13.1.5',
    level: 'must',
    request: get('If-Range: yesterday'),
    expected: whole,
  },
  {
    name: 'If-Range, equal, to HEAD',
    section: 'RFC 9110 §14.2',
    level: 'must',
    request: ({ strongTag }) => head('Range: bytes=0-1', `If-Range: ${strongTag}`),
    expected: described,
  },
  {
    name: 'a 206 to If-Range has the ETag, Cache-Control and Vary of the 200',
    section: 'RFC 9110 §15.3.7',
    level: 'must',
    request: ranged('bytes=100-199', itsTag),
    expected: { ...part(100, 199), asInWhole: ['ETag', 'Cache-Control', 'Expires', 'Vary', 'Date'] },
  },
]
