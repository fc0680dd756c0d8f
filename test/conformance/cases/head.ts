import type { CaseRequest, ConformanceCase, FromFacts } from '../conformanceCase.ts'
import { described, get, head, whole } from './asking.ts'

/** RFC 9110 §14.2: range handling is defined for GET alone, so HEAD MUST ignore these. */
const ranges: [name: string, request: FromFacts<CaseRequest>][] = [
  ['one', head('Range: bytes=0-1')],
  ['from the start', head('Range: bytes=0-')],
  ['a suffix', head('Range: bytes=-500')],
  ['a suffix of no length', head('Range: bytes=-0')],
  ['unsatisfiable', head('Range: bytes=999999999-')],
  ['several', head('Range: bytes=0-9,5000-5009')],
  ['malformed', head('Range: bytes=2-1')],
  ['another unit', head('Range: seconds=0-1')],
  ['one, with another If-Range', head('Range: bytes=0-1', 'If-Range: "another"')],
]

/** RFC 9110 §9.3.2: HEAD SHOULD be answered with the headers that GET would be. */
const sameHeaders = ['Content-Type', 'ETag', 'Last-Modified', 'Accept-Ranges', 'Cache-Control', 'Vary']

export const headRequests: ConformanceCase[] = [
  ...ranges.map(([name, request]): ConformanceCase => ({
    name: `HEAD ignores a range: ${name}`,
    section: 'RFC 9110 §14.2',
    level: 'must',
    request,
    expected: { ...described, absent: ['Content-Range'] },
  })),
  ...sameHeaders.map((name): ConformanceCase => ({
    name: `HEAD has the ${name} of GET`,
    section: 'RFC 9110 §9.3.2',
    level: 'should',
    request: head(),
    expected: { ...described, asInWhole: [name] },
  })),
  {
    name: 'HEAD says how long the file is',
    section: 'media clients',
    level: 'client',
    request: head(),
    expected: { ...described, headers: { 'Content-Length': ({ size }) => String(size) } },
  },
  {
    name: 'HEAD with a range says how long the file is',
    section: 'media clients',
    level: 'client',
    request: head('Range: bytes=0-1'),
    expected: { ...described, headers: { 'Content-Length': ({ size }) => String(size) } },
  },
  {
    name: 'HEAD has no body',
    section: 'RFC 9112 §6.3',
    level: 'must',
    exchanges: [
      { request: head(), expected: described },
      { request: get(), expected: whole },
    ],
    pipelined: true,
  },
]
