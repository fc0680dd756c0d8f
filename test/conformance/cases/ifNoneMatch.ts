import type { ConformanceCase } from '../conformanceCase.ts'
import { badRequest, described, get, getUnknown, head, notFound, notModified, whole } from './asking.ts'
import { listsWithItsTag, listsWithoutItsTag, malformedLists } from './tags.ts'

const section = 'RFC 9110 §13.1.2'

export const ifNoneMatch: ConformanceCase[] = [
  ...listsWithItsTag.map(([name, value]): ConformanceCase => ({
    name: `If-None-Match, with its tag: ${name}`,
    section,
    level: 'must',
    // The comparison is weak: `"x"` is in the list even where the server's tag is `W/"x"`.
    request: ({ opaque }) => get(`If-None-Match: ${value({ opaque, strongTag: `"${opaque}"` })}`),
    expected: notModified,
  })),
  ...listsWithoutItsTag.map(([name, value]): ConformanceCase => ({
    name: `If-None-Match, without its tag: ${name}`,
    section,
    level: 'must',
    request: (facts) => get(`If-None-Match: ${value(facts)}`),
    expected: whole,
  })),
  ...malformedLists.map(([name, value]): ConformanceCase => ({
    // Nothing is said of these but that nothing breaks. What cannot be read matches nothing, we say.
    name: `If-None-Match, malformed: ${name}`,
    section,
    level: 'should',
    request: (facts) => get(`If-None-Match: ${value(facts)}`),
    expected: [whole, notModified, badRequest],
    ourReading: whole,
  })),
  {
    name: 'If-None-Match: *',
    section,
    level: 'must',
    request: get('If-None-Match: *'),
    expected: notModified,
  },
  {
    name: 'If-None-Match: its tag, weak, matches',
    section,
    level: 'must',
    request: ({ opaque }) => get(`If-None-Match: W/"${opaque}"`),
    expected: notModified,
  },
  {
    name: 'If-None-Match: its tag, weak in a list, matches',
    section,
    level: 'must',
    request: ({ opaque }) => get(`If-None-Match: "one", W/"${opaque}", W/"two"`),
    expected: notModified,
  },
  {
    name: 'If-None-Match in two lines, its tag in the second',
    section: 'RFC 9110 §5.3',
    level: 'must',
    request: ({ etag }) => get('If-None-Match: "one", "two"', `If-None-Match: ${etag}`),
    expected: notModified,
  },
  {
    name: 'If-None-Match in two lines, its tag in the first',
    section: 'RFC 9110 §5.3',
    level: 'must',
    request: ({ etag }) => get(`If-None-Match: ${etag}`, 'If-None-Match: "two"'),
    expected: notModified,
  },
  {
    name: 'If-None-Match, its tag, on a reload',
    section: 'RFC 9110 §13.2.1',
    level: 'must',
    request: ({ etag }) => get(`If-None-Match: ${etag}`, 'Cache-Control: no-cache', 'Pragma: no-cache'),
    expected: notModified,
  },
  {
    name: 'If-None-Match, its tag, to HEAD',
    section,
    level: 'must',
    request: ({ etag }) => head(`If-None-Match: ${etag}`),
    expected: notModified,
  },
  {
    name: 'If-None-Match: * to HEAD',
    section,
    level: 'must',
    request: head('If-None-Match: *'),
    expected: notModified,
  },
  {
    name: 'If-None-Match, another tag, to HEAD',
    section,
    level: 'must',
    request: head('If-None-Match: "another"'),
    expected: described,
  },
  {
    name: 'If-None-Match: * where nothing is',
    section: 'RFC 9110 §13.2.1',
    level: 'must',
    request: getUnknown('If-None-Match: *'),
    expected: notFound,
  },
  {
    name: 'a 304 has the ETag of the 200',
    section: 'RFC 9110 §15.4.5',
    level: 'must',
    request: ({ etag }) => get(`If-None-Match: ${etag}`),
    expected: { ...notModified, asInWhole: ['ETag'] },
  },
  {
    name: 'a 304 has the Cache-Control, Expires, Vary and Content-Location of the 200',
    section: 'RFC 9110 §15.4.5',
    level: 'must',
    request: ({ etag }) => get(`If-None-Match: ${etag}`),
    expected: { ...notModified, asInWhole: ['Cache-Control', 'Expires', 'Vary', 'Content-Location'] },
  },
  {
    name: 'a 304 has a Date if the 200 has',
    section: 'RFC 9110 §15.4.5',
    level: 'must',
    request: ({ etag }) => get(`If-None-Match: ${etag}`),
    expected: { ...notModified, asInWhole: ['Date'] },
  },
  {
    name: 'a 304 says nothing of a body of no length, nor of how it is coded',
    section: 'RFC 9110 §15.4.5',
    level: 'should',
    request: ({ etag }) => get(`If-None-Match: ${etag}`),
    expected: { ...notModified, absent: ['Content-Range', 'Content-Encoding', 'Transfer-Encoding'] },
  },
  {
    name: 'a 304 has no body',
    section: 'RFC 9112 §6.3',
    level: 'must',
    exchanges: [
      { request: ({ etag }) => get(`If-None-Match: ${etag}`), expected: notModified },
      { request: get(), expected: whole },
    ],
    pipelined: true,
  },
]
