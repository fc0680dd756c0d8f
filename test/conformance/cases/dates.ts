import type { ConformanceCase, Facts } from '../conformanceCase.ts'
import { described, get, head, notModified, part, preconditionFailed, whole } from './asking.ts'
import { dateForms, imfFixdate, rfc850, secondsAfter } from './httpDates.ts'

const since = 'RFC 9110 §13.1.3'
const unmodified = 'RFC 9110 §13.1.4'
const year = 365 * 86400

/** No HTTP-date, though `Date.parse` may make one of it: the condition MUST be ignored. In 2099 or 2001. */
const notDates: [name: string, late: string, early: string][] = [
  ['nonsense', 'tomorrow', 'yesterday'],
  ['an ISO date', '2099-01-01', '2001-01-01'],
  ['an ISO time', '2099-01-01T00:00:00Z', '2001-01-01T00:00:00Z'],
  ['an ISO time with milliseconds', '2099-01-01T00:00:00.000Z', '2001-01-01T00:00:00.000Z'],
  ['seconds since the epoch', '4070908800', '978307200'],
  ['milliseconds since the epoch', '4070908800000', '978307200000'],
  ['a year', '2099', '2001'],
  ['zero', '0', '0'],
  ['a slashed date', '01/01/2099', '01/01/2001'],
  ['a date without a time', 'Thu, 01 Jan 2099', 'Mon, 01 Jan 2001'],
  ['a time without a date', '00:00:00 GMT', '00:00:00 GMT'],
  ['the 32nd of January', 'Sun, 32 Jan 2099 00:00:00 GMT', 'Thu, 32 Jan 2001 00:00:00 GMT'],
  ['the 30th of February', 'Mon, 30 Feb 2099 00:00:00 GMT', 'Fri, 30 Feb 2001 00:00:00 GMT'],
  [
    'the 29th of February out of a leap year',
    'Sun, 29 Feb 2099 00:00:00 GMT',
    'Thu, 29 Feb 2001 00:00:00 GMT',
  ],
  ['day 0', 'Wed, 00 Jan 2099 00:00:00 GMT', 'Sun, 00 Jan 2001 00:00:00 GMT'],
  ['no such month', 'Thu, 01 Foo 2099 00:00:00 GMT', 'Mon, 01 Foo 2001 00:00:00 GMT'],
  ['hour 25', 'Thu, 01 Jan 2099 25:00:00 GMT', 'Mon, 01 Jan 2001 25:00:00 GMT'],
  ['minute 60', 'Thu, 01 Jan 2099 00:60:00 GMT', 'Mon, 01 Jan 2001 00:60:00 GMT'],
  ['second 61', 'Thu, 01 Jan 2099 00:00:61 GMT', 'Mon, 01 Jan 2001 00:00:61 GMT'],
  [
    'two dates',
    'Thu, 01 Jan 2099 00:00:00 GMT, Fri, 02 Jan 2099 00:00:00 GMT',
    'Mon, 01 Jan 2001 00:00:00 GMT, Tue, 02 Jan 2001 00:00:00 GMT',
  ],
]

/** Nearly HTTP-dates. §5.6.7 encourages robust readers, §13.1.3 says MUST ignore: we ignore. */
const nearlyDates: [name: string, late: string, early: string][] = [
  ['an offset for GMT', 'Thu, 01 Jan 2099 00:00:00 +0000', 'Mon, 01 Jan 2001 00:00:00 +0000'],
  ['UTC for GMT', 'Thu, 01 Jan 2099 00:00:00 UTC', 'Mon, 01 Jan 2001 00:00:00 UTC'],
  ['no zone', 'Thu, 01 Jan 2099 00:00:00', 'Mon, 01 Jan 2001 00:00:00'],
  ['another zone', 'Thu, 01 Jan 2099 00:00:00 EST', 'Mon, 01 Jan 2001 00:00:00 EST'],
  ['no weekday', '01 Jan 2099 00:00:00 GMT', '01 Jan 2001 00:00:00 GMT'],
  ['a day of one digit', 'Thu, 1 Jan 2099 00:00:00 GMT', 'Mon, 1 Jan 2001 00:00:00 GMT'],
  ['no seconds', 'Thu, 01 Jan 2099 00:00 GMT', 'Mon, 01 Jan 2001 00:00 GMT'],
  ['fractions of a second', 'Thu, 01 Jan 2099 00:00:00.000 GMT', 'Mon, 01 Jan 2001 00:00:00.000 GMT'],
  ['lower case', 'thu, 01 jan 2099 00:00:00 gmt', 'mon, 01 jan 2001 00:00:00 gmt'],
  ['quotes', '"Thu, 01 Jan 2099 00:00:00 GMT"', '"Mon, 01 Jan 2001 00:00:00 GMT"'],
  // Internet Explorer once sent this.
  ['a length after it', 'Thu, 01 Jan 2099 00:00:00 GMT; length=1', 'Mon, 01 Jan 2001 00:00:00 GMT; length=1'],
]

const ignored = ([name, late, early]: [string, string, string]): ConformanceCase[] => [
  {
    name: `If-Modified-Since, ignored: ${name}`,
    section: since,
    level: 'must',
    request: get(`If-Modified-Since: ${late}`),
    expected: whole,
  },
  {
    name: `If-Unmodified-Since, ignored: ${name}`,
    section: unmodified,
    level: 'must',
    request: get(`If-Unmodified-Since: ${early}`),
    expected: whole,
  },
]

const at = (seconds: number) => (facts: Facts) => secondsAfter(facts.lastModified, seconds)

/** Both conditions for each form of date, equal to Last-Modified and a second to either side. */
const compared = dateForms.flatMap(([form, write]) =>
  (
    [
      ['equal', at(0), notModified, whole],
      ['a second later', at(1), notModified, whole],
      ['a year later', at(year), notModified, whole],
      ['a second earlier', at(-1), whole, preconditionFailed],
      ['a year earlier', at(-year), whole, preconditionFailed],
    ] as const
  ).flatMap(([name, when, modifiedSince, unmodifiedSince]): ConformanceCase[] => [
    {
      name: `If-Modified-Since, ${name}, ${form}`,
      section: since,
      level: modifiedSince === whole ? 'must' : 'should',
      request: (facts) => get(`If-Modified-Since: ${write(when(facts))}`),
      expected: modifiedSince,
    },
    {
      name: `If-Unmodified-Since, ${name}, ${form}`,
      section: unmodified,
      level: 'must',
      request: (facts) => get(`If-Unmodified-Since: ${write(when(facts))}`),
      expected: unmodifiedSince,
    },
  ]),
)

/** Two digits of a year that would lie more than 50 years ahead are of the last century (§5.6.7). */
const sixtyYearsOn = new Date(Date.UTC(new Date().getUTCFullYear() + 60 - 100, 0, 1))

export const dates: ConformanceCase[] = [
  ...compared,
  ...notDates.flatMap(ignored),
  ...nearlyDates.flatMap(ignored).map((one): ConformanceCase => ({ ...one, level: 'should', ours: true })),
  {
    name: 'If-Modified-Since: two digits of a year more than 50 years ahead are of the past',
    section: 'RFC 9110 §5.6.7',
    level: 'must',
    request: get(`If-Modified-Since: ${rfc850(sixtyYearsOn)}`),
    expected: whole,
  },
  {
    name: 'If-Modified-Since: the epoch',
    section: since,
    level: 'must',
    request: get('If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT'),
    expected: whole,
  },
  {
    name: 'If-Modified-Since: before the epoch',
    section: since,
    level: 'must',
    request: get('If-Modified-Since: Mon, 01 Jan 1900 00:00:00 GMT'),
    expected: whole,
  },
  {
    name: 'If-Modified-Since: the end of year 9999',
    section: since,
    level: 'should',
    request: get('If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT'),
    expected: notModified,
  },
  {
    name: 'If-Modified-Since: a leap day to come',
    section: since,
    level: 'should',
    request: get('If-Modified-Since: Wed, 29 Feb 2096 00:00:00 GMT'),
    expected: notModified,
  },
  {
    name: 'If-Modified-Since in two lines is ignored',
    section: since,
    level: 'should',
    request: ({ lastModified }) =>
      get(`If-Modified-Since: ${imfFixdate(lastModified)}`, `If-Modified-Since: ${imfFixdate(lastModified)}`),
    expected: whole,
  },
  {
    name: 'If-Modified-Since, equal, to HEAD',
    section: since,
    level: 'should',
    request: ({ lastModified }) => head(`If-Modified-Since: ${imfFixdate(lastModified)}`),
    expected: notModified,
  },
  {
    name: 'If-Modified-Since, earlier, to HEAD',
    section: since,
    level: 'must',
    request: (facts) => head(`If-Modified-Since: ${imfFixdate(at(-1)(facts))}`),
    expected: described,
  },
  {
    name: 'If-Unmodified-Since, earlier, to HEAD',
    section: unmodified,
    level: 'must',
    request: (facts) => head(`If-Unmodified-Since: ${imfFixdate(at(-1)(facts))}`),
    expected: { ...preconditionFailed, body: 'none' },
  },
  {
    name: 'If-Modified-Since, earlier, and a range',
    section: 'RFC 9110 §13.2.2',
    level: 'should',
    request: (facts) => get(`If-Modified-Since: ${imfFixdate(at(-1)(facts))}`, 'Range: bytes=100-199'),
    expected: part(100, 199),
  },
  {
    name: 'If-Unmodified-Since, equal, and a range',
    section: 'RFC 9110 §13.2.2',
    level: 'should',
    request: ({ lastModified }) =>
      get(`If-Unmodified-Since: ${imfFixdate(lastModified)}`, 'Range: bytes=100-199'),
    expected: part(100, 199),
  },
  {
    name: 'a 304 to a date has the ETag, Cache-Control and Vary of the 200',
    section: 'RFC 9110 §15.4.5',
    level: 'must',
    request: ({ lastModified }) => get(`If-Modified-Since: ${imfFixdate(lastModified)}`),
    expected: { ...notModified, asInWhole: ['ETag', 'Cache-Control', 'Expires', 'Vary', 'Date'] },
  },
]
