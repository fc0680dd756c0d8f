import type { ConformanceCase } from '../conformanceCase.ts'
import { badRequest, get, head, notModified, part, parts, rejected, whole } from './asking.ts'

export const connection: ConformanceCase[] = [
  {
    name: 'HTTP/1.0: the whole, and not chunked',
    section: 'RFC 9112 §6.1',
    level: 'must',
    request: { version: '1.0', headers: [] },
    expected: { ...whole, absent: ['Transfer-Encoding'] },
  },
  {
    name: 'HTTP/1.0: a range',
    section: 'RFC 9110 §14.2',
    level: 'should',
    request: { version: '1.0', headers: ['Range: bytes=100-199'] },
    expected: { ...part(100, 199), absent: ['Transfer-Encoding'] },
  },
  {
    name: 'HTTP/1.0: several ranges, and not chunked',
    section: 'RFC 9112 §6.1',
    level: 'must',
    request: { version: '1.0', headers: ['Range: bytes=0-9,5000-5009'] },
    expected: [parts([0, 9], [5000, 5009]), whole].map((one) => ({ ...one, absent: ['Transfer-Encoding'] })),
  },
  {
    name: 'HTTP/1.0: a condition',
    section: 'RFC 9110 §13.2.1',
    level: 'must',
    request: ({ etag }) => ({ version: '1.0', headers: [`If-None-Match: ${etag}`] }),
    expected: notModified,
  },
  {
    name: 'requests that do not wait for answers',
    section: 'RFC 9112 §9.3.2',
    level: 'must',
    exchanges: [
      { request: get(), expected: whole },
      { request: get('Range: bytes=100-199'), expected: [part(100, 199), whole] },
      { request: head(), expected: { status: 200, body: 'none' } },
      { request: ({ etag }) => get(`If-None-Match: ${etag}`), expected: notModified },
      { request: get('Range: bytes=999999999-'), expected: [rejected, whole] },
      { request: get('Range: bytes=-100'), expected: [part(-100, -1), whole] },
    ],
    pipelined: true,
  },
  {
    name: 'ten ranges that do not wait for answers',
    section: 'RFC 9112 §9.3.2',
    level: 'must',
    exchanges: Array.from({ length: 10 }, (_, at) => ({
      request: get(`Range: bytes=${at * 1000}-${at * 1000 + 999}`),
      expected: [part(at * 1000, at * 1000 + 999), whole],
    })),
    pipelined: true,
  },
  {
    name: 'GET with content',
    section: 'RFC 9110 §9.3.1',
    level: 'should',
    request: { headers: ['Content-Type: text/plain'], content: 'Range: bytes=0-1' },
    expected: [whole, badRequest, { status: 413 }],
    ourReading: whole,
  },
  {
    name: 'GET with content and a range',
    section: 'RFC 9110 §9.3.1',
    level: 'should',
    request: { headers: ['Content-Type: text/plain', 'Range: bytes=0-1'], content: 'hello' },
    expected: [part(0, 1), badRequest, { status: 413 }],
    ourReading: part(0, 1),
  },
  {
    name: 'content of a GET is not the next request',
    section: 'RFC 9112 §9.3',
    level: 'must',
    exchanges: [
      { request: { headers: ['Content-Type: text/plain'], content: 'hello' }, expected: whole },
      { request: get('Range: bytes=0-1'), expected: [part(0, 1), whole] },
    ],
    pipelined: true,
  },
  {
    // Range is no list: two lines make one malformed value.
    name: 'two lines of Range',
    section: 'RFC 9110 §5.3',
    level: 'should',
    ours: true,
    request: get('Range: bytes=0-1', 'Range: bytes=5000-5001'),
    expected: [whole, badRequest],
  },
  {
    name: 'two lines of Range, the second without a unit',
    section: 'RFC 9110 §5.3',
    level: 'should',
    ours: true,
    request: get('Range: bytes=0-1', 'Range: 5000-5001'),
    expected: [whole, badRequest, parts([0, 1], [5000, 5001])],
  },
  {
    name: 'two lines of If-Range',
    section: 'RFC 9110 §13.1.5',
    level: 'should',
    ours: true,
    request: ({ strongTag }) => get('Range: bytes=0-1', 'If-Range: "another"', `If-Range: ${strongTag}`),
    expected: [whole, badRequest],
  },
]
