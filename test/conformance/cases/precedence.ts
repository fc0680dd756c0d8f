import type { CaseRequest, ConformanceCase, Expected, Facts } from '../conformanceCase.ts'
import { get, head, notModified, part, preconditionFailed, whole } from './asking.ts'
import { imfFixdate, secondsAfter } from './httpDates.ts'

const matches = ({ strongTag }: Facts) => `If-Match: ${strongTag}`
const matchesAny = () => 'If-Match: *'
const matchesNot = () => 'If-Match: "another"'
const isIt = ({ etag }: Facts) => `If-None-Match: ${etag}`
const isAny = () => 'If-None-Match: *'
const isNot = () => 'If-None-Match: "another"'
const sinceThen = ({ lastModified }: Facts) => `If-Modified-Since: ${imfFixdate(lastModified)}`
const sinceEarlier = ({ lastModified }: Facts) =>
  `If-Modified-Since: ${imfFixdate(secondsAfter(lastModified, -60))}`
const notSince = ({ lastModified }: Facts) => `If-Unmodified-Since: ${imfFixdate(lastModified)}`
const notSinceEarlier = ({ lastModified }: Facts) =>
  `If-Unmodified-Since: ${imfFixdate(secondsAfter(lastModified, -60))}`
const ifRangeIsIt = ({ strongTag }: Facts) => `If-Range: ${strongTag}`
const ifRangeIsNot = () => 'If-Range: "another"'
const range = () => 'Range: bytes=100-199'
const behindTheEnd = () => 'Range: bytes=999999999-'
const badRange = () => 'Range: bytes=2-1'
const ranges = () => 'Range: bytes=0-9,5000-5009'

type Line = (facts: Facts) => string

/** RFC 9110 §13.2.2: If-Match, else If-Unmodified-Since; If-None-Match, else If-Modified-Since; the range last. */
const ordered: [name: string, lines: Line[], expected: Expected][] = [
  ['412 by tag before 304 by tag', [matchesNot, isIt], preconditionFailed],
  ['412 by tag before 304 by tag, the other way round', [isIt, matchesNot], preconditionFailed],
  ['412 by tag before 304 by date', [matchesNot, sinceThen], preconditionFailed],
  ['412 by date before 304 by tag', [notSinceEarlier, isIt], preconditionFailed],
  ['412 by date before 304 by date', [notSinceEarlier, sinceThen], preconditionFailed],
  ['412 by tag before 206', [matchesNot, range], preconditionFailed],
  ['412 by tag before 416', [matchesNot, behindTheEnd], preconditionFailed],
  ['412 by date before 206', [notSinceEarlier, range], preconditionFailed],
  ['412 by date before 416', [notSinceEarlier, behindTheEnd], preconditionFailed],
  ['412 by tag before If-Range', [matchesNot, range, ifRangeIsIt], preconditionFailed],
  ['412 by tag before a failed If-Range', [matchesNot, range, ifRangeIsNot], preconditionFailed],
  ['304 by tag before 206', [isIt, range], notModified],
  ['304 by tag before 206 of several', [isIt, ranges], notModified],
  ['304 by * before 206', [isAny, range], notModified],
  ['304 by tag before 416', [isIt, behindTheEnd], notModified],
  ['304 by tag, whatever the range is', [isIt, badRange], notModified],
  ['304 by tag before If-Range', [isIt, range, ifRangeIsIt], notModified],
  ['304 by tag before a failed If-Range', [isIt, range, ifRangeIsNot], notModified],
  ['304 by date before 206', [sinceThen, range], notModified],
  ['304 by date before 416', [sinceThen, behindTheEnd], notModified],
  ['304 by tag after If-Match holds', [matches, isIt], notModified],
  ['304 by tag after If-Match: * holds', [matchesAny, isIt], notModified],
  ['304 by date after If-Unmodified-Since holds', [notSince, sinceThen], notModified],
  ['If-Match makes If-Unmodified-Since void', [matches, notSinceEarlier], whole],
  ['If-Match: * makes If-Unmodified-Since void', [matchesAny, notSinceEarlier], whole],
  ['If-Match fails though If-Unmodified-Since holds', [matchesNot, notSince], preconditionFailed],
  ['If-None-Match makes If-Modified-Since void', [isNot, sinceThen], whole],
  ['If-None-Match matches though modified since', [isIt, sinceEarlier], notModified],
  ['both agree on 304', [isIt, sinceThen], notModified],
  ['all hold', [matches, notSince, isNot, sinceEarlier], whole],
]

/** Where all hold, the range is honoured. */
const thenRange: [name: string, lines: Line[], expected: Expected][] = [
  ['If-Match and If-None-Match hold', [matches, isNot, range], part(100, 199)],
  ['If-None-Match holds, If-Modified-Since void', [isNot, sinceThen, range], part(100, 199)],
  ['If-None-Match and If-Range hold', [isNot, range, ifRangeIsIt], part(100, 199)],
  ['all hold', [matches, notSince, isNot, sinceEarlier, range, ifRangeIsIt], part(100, 199)],
]

const lined =
  (lines: Line[]) =>
  (facts: Facts): CaseRequest =>
    get(...lines.map((line) => line(facts)))

export const precedence: ConformanceCase[] = [
  ...ordered.map(([name, lines, expected]): ConformanceCase => ({
    name: `precedence: ${name}`,
    section: 'RFC 9110 §13.2.2',
    level: 'must',
    request: lined(lines),
    expected,
  })),
  ...thenRange.map(([name, lines, expected]): ConformanceCase => ({
    name: `precedence, and a 206: ${name}`,
    section: 'RFC 9110 §13.2.2',
    level: 'should',
    request: lined(lines),
    expected,
  })),
  {
    name: 'precedence: If-Match holds, If-Range does not',
    section: 'RFC 9110 §13.1.5',
    level: 'must',
    request: lined([matches, range, ifRangeIsNot]),
    expected: whole,
  },
  {
    name: 'precedence: If-None-Match does not match, If-Range does not hold',
    section: 'RFC 9110 §13.1.5',
    level: 'must',
    request: lined([isNot, behindTheEnd, ifRangeIsNot]),
    expected: whole,
  },
  {
    name: 'precedence: 412 before 304 to HEAD',
    section: 'RFC 9110 §13.2.2',
    level: 'must',
    request: (facts) => head(matchesNot(), isIt(facts)),
    expected: { ...preconditionFailed, body: 'none' },
  },
]
