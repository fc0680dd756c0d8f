import type { ConformanceCase } from '../conformanceCase.ts'
import {
  badRequest,
  described,
  get,
  getUnknown,
  head,
  notFound,
  part,
  preconditionFailed,
  whole,
} from './asking.ts'
import { listsWithItsTag, listsWithoutItsTag, malformedLists } from './tags.ts'

const section = 'RFC 9110 §13.1.1'

export const ifMatch: ConformanceCase[] = [
  ...listsWithItsTag.map(([name, value]): ConformanceCase => ({
    name: `If-Match, with its tag: ${name}`,
    section,
    level: 'must',
    request: (facts) => get(`If-Match: ${value(facts)}`),
    expected: whole,
  })),
  ...listsWithoutItsTag.map(([name, value]): ConformanceCase => ({
    name: `If-Match, without its tag: ${name}`,
    section,
    level: 'must',
    request: (facts) => get(`If-Match: ${value(facts)}`),
    expected: preconditionFailed,
  })),
  ...malformedLists.map(([name, value]): ConformanceCase => ({
    // Nothing is said of these but that nothing breaks. What cannot be read matches nothing, we say.
    name: `If-Match, malformed: ${name}`,
    section,
    level: 'should',
    request: (facts) => get(`If-Match: ${value(facts)}`),
    expected: [preconditionFailed, badRequest, whole],
    ourReading: preconditionFailed,
  })),
  {
    name: 'If-Match: *',
    section,
    level: 'must',
    request: get('If-Match: *'),
    expected: whole,
  },
  {
    name: 'If-Match: its tag, weak, never matches',
    section,
    level: 'must',
    request: ({ opaque }) => get(`If-Match: W/"${opaque}"`),
    expected: preconditionFailed,
  },
  {
    name: 'If-Match: its tag and others, all weak, never match',
    section,
    level: 'must',
    request: ({ opaque }) => get(`If-Match: W/"one", W/"${opaque}"`),
    expected: preconditionFailed,
  },
  {
    name: 'If-Match in two lines, its tag in the second',
    section: 'RFC 9110 §5.3',
    level: 'must',
    request: ({ strongTag }) => get('If-Match: "one", "two"', `If-Match: ${strongTag}`),
    expected: whole,
  },
  {
    name: 'If-Match in two lines, its tag in the first',
    section: 'RFC 9110 §5.3',
    level: 'must',
    request: ({ strongTag }) => get(`If-Match: ${strongTag}`, 'If-Match: "two"'),
    expected: whole,
  },
  {
    name: 'If-Match, its tag, and a range',
    section: 'RFC 9110 §13.2.2',
    level: 'should',
    request: ({ strongTag }) => get(`If-Match: ${strongTag}`, 'Range: bytes=100-199'),
    expected: part(100, 199),
  },
  {
    name: 'If-Match: * and a range',
    section: 'RFC 9110 §13.2.2',
    level: 'should',
    request: get('If-Match: *', 'Range: bytes=100-199'),
    expected: part(100, 199),
  },
  {
    name: 'If-Match, its tag, to HEAD',
    section,
    level: 'must',
    request: ({ strongTag }) => head(`If-Match: ${strongTag}`),
    expected: described,
  },
  {
    name: 'If-Match, another tag, to HEAD',
    section,
    level: 'must',
    request: head('If-Match: "another"'),
    expected: { ...preconditionFailed, body: 'none' },
  },
  {
    name: 'If-Match: * where nothing is',
    section: 'RFC 9110 §13.2.1',
    level: 'must',
    request: getUnknown('If-Match: *'),
    expected: notFound,
  },
  {
    name: 'If-Match, a tag, where nothing is',
    section: 'RFC 9110 §13.2.1',
    level: 'must',
    request: getUnknown('If-Match: "another"'),
    expected: notFound,
  },
  {
    name: 'a 412 is problem details that nobody stores',
    section: 'RFC 9457 §3',
    level: 'must',
    ours: true,
    request: get('If-Match: "another"'),
    expected: {
      ...preconditionFailed,
      headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
      absent: ['Repr-Digest', 'Content-Disposition'],
    },
  },
]
