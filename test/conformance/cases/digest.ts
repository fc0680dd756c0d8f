import { createHash } from 'node:crypto'
import type { CaseRequest, ConformanceCase, Expected, Facts, FromFacts } from '../conformanceCase.ts'
import { described, get, head, part, parts, preconditionFailed, whole } from './asking.ts'

const ofTheWhole = ({ bytes }: Facts) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`

/** RFC 9530 §3: the digest of the selected representation, whatever part of it is sent. */
const sent: [name: string, request: FromFacts<CaseRequest>, expected: Expected][] = [
  ['a 200', get(), whole],
  ['HEAD', head(), described],
  ['HEAD with a range', head('Range: bytes=0-1'), described],
  ['a 206', get('Range: bytes=100-199'), part(100, 199)],
  ['a 206 of a suffix', get('Range: bytes=-100'), part(-100, -1)],
  ['a 206 of all', get('Range: bytes=0-'), part(0, -1)],
  ['a 206 of several ranges', get('Range: bytes=0-9,5000-5009'), parts([0, 9], [5000, 5009])],
  [
    'a 206 to If-Range',
    ({ strongTag }) => get('Range: bytes=100-199', `If-Range: ${strongTag}`),
    part(100, 199),
  ],
  ['a 200 to a failed If-Range', get('Range: bytes=100-199', 'If-Range: "another"'), whole],
  ['a download', { query: '?download=1', headers: [] }, whole],
]

/** RFC 9530 §4: a preference from 0, not acceptable, to 10. What cannot be read is no preference. */
const wanted: [name: string, value: string][] = [
  ['the one on offer', 'sha-256=10'],
  ['the one on offer, less than another', 'sha-512=10, sha-256=1'],
  ['the one on offer, and not another', 'sha-256=1, sha-512=0'],
  ['what cannot be read', 'sha-256=='],
  ['a word for a preference', 'sha-256=zero'],
  ['a name in capitals, which is no key', 'SHA-256=0'],
]

const unwanted: [name: string, request: CaseRequest, expected: Expected][] = [
  ['but another', get('Want-Repr-Digest: sha-512=10, sha-256=0'), whole],
  ['nor another', get('Want-Repr-Digest: sha-256=0'), whole],
  ['in the second line', get('Want-Repr-Digest: sha-512=3', 'Want-Repr-Digest: sha-256=0'), whole],
  ['in a part', get('Want-Repr-Digest: sha-256=0', 'Range: bytes=0-1'), part(0, 1)],
  ['to HEAD', head('Want-Repr-Digest: sha-256=0'), described],
]

export const digest: ConformanceCase[] = [
  ...sent.map(([name, request, expected]): ConformanceCase => ({
    name: `Repr-Digest of the whole: ${name}`,
    section: 'RFC 9530 §3',
    level: 'must',
    ours: true,
    request,
    expected: { ...expected, headers: { 'Repr-Digest': ofTheWhole } },
  })),
  ...wanted.map(([name, value]): ConformanceCase => ({
    name: `Repr-Digest, wanted: ${name}`,
    section: 'RFC 9530 §4',
    level: 'should',
    ours: true,
    request: get(`Want-Repr-Digest: ${value}`),
    expected: { ...whole, headers: { 'Repr-Digest': ofTheWhole } },
  })),
  ...unwanted.map(([name, request, expected]): ConformanceCase => ({
    name: `Repr-Digest, not wanted ${name}`,
    section: 'RFC 9530 §4',
    level: 'should',
    ours: true,
    request,
    expected: { ...expected, absent: ['Repr-Digest'] },
  })),
  {
    name: 'Repr-Digest of the audio is not that of problem details',
    section: 'RFC 9530 §3',
    level: 'must',
    ours: true,
    request: get('If-Match: "another"'),
    expected: { ...preconditionFailed, absent: ['Repr-Digest'] },
  },
]
