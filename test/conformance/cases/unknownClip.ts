import type { CaseRequest, ConformanceCase, FromFacts } from '../conformanceCase.ts'
import { badRequest, getUnknown, notFound } from './asking.ts'

/** RFC 9110 §13.2.1 and §14.2: where the answer without them is no 2xx, conditions and ranges are ignored. */
const asked: [name: string, request: FromFacts<CaseRequest>][] = [
  ['plainly', getUnknown()],
  ['with a range', getUnknown('Range: bytes=0-1')],
  ['with a range from the start', getUnknown('Range: bytes=0-')],
  ['with an unsatisfiable range', getUnknown('Range: bytes=999999999-')],
  ['with a malformed range', getUnknown('Range: bytes=2-1')],
  ['with several ranges', getUnknown('Range: bytes=0-9,5000-5009')],
  ['with If-Range', getUnknown('Range: bytes=0-1', 'If-Range: "another"')],
  ['with If-Modified-Since', getUnknown('If-Modified-Since: Thu, 31 Dec 2099 00:00:00 GMT')],
  ['with If-Unmodified-Since', getUnknown('If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT')],
  ['with a malformed tag', getUnknown('If-None-Match: "')],
  ['by HEAD', { method: 'HEAD', to: 'unknown', headers: [] }],
  ['by HEAD with a range', { method: 'HEAD', to: 'unknown', headers: ['Range: bytes=0-1'] }],
]

const problem = {
  ...notFound,
  headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  absent: ['Content-Range', 'Repr-Digest', 'Content-Disposition'],
}

const wrongIds = ['not-an-id', '0', '%E0%A4%A', '..%2f..%2fsecret', '%00']

export const unknownClip: ConformanceCase[] = [
  ...asked.map(([name, request]): ConformanceCase => ({
    name: `where nothing is, asked ${name}`,
    section: 'RFC 9110 §13.2.1',
    level: 'must',
    request,
    expected: notFound,
  })),
  {
    name: 'a 404 is problem details that nobody stores',
    section: 'RFC 9457 §3',
    level: 'must',
    ours: true,
    request: getUnknown('Range: bytes=0-1', 'If-None-Match: *'),
    expected: problem,
  },
  ...wrongIds.map((id): ConformanceCase => ({
    name: `what is no id is not found: ${id}`,
    section: 'RFC 9110 §15.5.5',
    level: 'must',
    ours: true,
    request: { to: { path: `/api/clips/${id}/stream` }, headers: ['Range: bytes=0-1'] },
    expected: [problem, badRequest],
  })),
]
