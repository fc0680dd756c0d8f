import type { ConformanceCase } from '../conformanceCase.ts'
import { get, part, whole } from './asking.ts'

const imfFixdate =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/

/** Compressed audio gains nothing, and a coded 200 has other bytes than a range of it. */
const codings = [
  'gzip, br',
  'gzip, deflate, br, zstd',
  'identity;q=1, *;q=0',
  'identity',
  '*',
  'gzip;q=1.0, identity;q=0.5',
]

export const headers: ConformanceCase[] = [
  ...codings.map((coding): ConformanceCase => ({
    name: `the bytes are as they are, with Accept-Encoding: ${coding}`,
    section: 'media clients',
    level: 'client',
    request: get(`Accept-Encoding: ${coding}`),
    expected: { ...whole, absent: ['Content-Encoding'], asInWhole: ['ETag'] },
  })),
  {
    name: 'a range is of the bytes as they are, with Accept-Encoding: gzip',
    section: 'media clients',
    level: 'client',
    request: get('Accept-Encoding: gzip, br', 'Range: bytes=100-199'),
    expected: { ...part(100, 199), absent: ['Content-Encoding'], asInWhole: ['ETag'] },
  },
  {
    name: 'an Accept that audio does not meet',
    section: 'RFC 9110 §12.4.1',
    level: 'client',
    request: get('Accept: text/html'),
    expected: whole,
  },
  {
    name: 'the 200 says Accept-Ranges: bytes',
    section: 'RFC 9110 §14.3',
    level: 'client',
    request: get(),
    expected: { ...whole, headers: { 'Accept-Ranges': 'bytes' } },
  },
  {
    name: 'the 200 says how long it is',
    section: 'media clients',
    level: 'client',
    request: get(),
    expected: { ...whole, headers: { 'Content-Length': ({ size }) => String(size) } },
  },
  {
    name: 'the 200 says that it is audio',
    section: 'media clients',
    level: 'client',
    request: get(),
    expected: { ...whole, headers: { 'Content-Type': /^(audio|application)\/ogg(;|$)/ } },
  },
  {
    name: 'the ETag is well-formed',
    section: 'RFC 9110 §8.8.3',
    level: 'must',
    needs: 'etag',
    request: get(),
    expected: { ...whole, headers: { ETag: /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/ } },
  },
  {
    name: 'the ETag is a strong one: with a weak one Chromium fetches the whole again on each seek',
    section: 'media clients',
    level: 'client',
    request: get(),
    expected: { ...whole, headers: { ETag: /^"[^"]+"$/ } },
  },
  {
    name: 'Last-Modified is an IMF-fixdate',
    section: 'RFC 9110 §5.6.7',
    level: 'must',
    needs: 'lastModified',
    request: get(),
    expected: { ...whole, headers: { 'Last-Modified': imfFixdate } },
  },
  {
    name: 'there are an ETag and a Last-Modified',
    section: 'RFC 9110 §8.8.1',
    level: 'should',
    request: get(),
    expected: { ...whole, headers: { ETag: /./, 'Last-Modified': /./ } },
  },
  {
    name: 'Vary is not *: nothing could be cached',
    section: 'RFC 9110 §12.5.5',
    level: 'client',
    request: get(),
    expected: { ...whole, headers: { Vary: /^[^*]*$/ } },
  },
  {
    name: 'a cache-buster in the query changes nothing',
    section: 'media clients',
    level: 'client',
    request: { query: '?t=1700000000000', headers: [] },
    expected: { ...whole, asInWhole: ['ETag', 'Content-Type'] },
  },
  {
    name: 'kept for good, and as it is',
    section: 'RFC 8246 §2; RFC 9111 §5.2.2.6',
    level: 'should',
    ours: true,
    request: get(),
    expected: {
      ...whole,
      headers: {
        'Cache-Control': /^(?=.*\bpublic\b)(?=.*\bimmutable\b)(?=.*\bno-transform\b)(?=.*\bmax-age=\d{6,}\b)/,
      },
    },
  },
  {
    name: 'not to be sniffed',
    section: 'Fetch §3.6 (nosniff)',
    level: 'client',
    ours: true,
    request: get(),
    expected: { ...whole, headers: { 'X-Content-Type-Options': 'nosniff' } },
  },
  {
    name: 'a 206 is kept for good, and not to be sniffed',
    section: 'RFC 9110 §15.3.7',
    level: 'must',
    ours: true,
    request: get('Range: bytes=0-1'),
    expected: {
      ...part(0, 1),
      headers: {
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': /\bimmutable\b.*\bno-transform\b|\bno-transform\b.*\bimmutable\b/,
      },
    },
  },
  {
    name: 'no cookie, which would keep caches away',
    section: 'RFC 9111 §7.3',
    level: 'client',
    ours: true,
    request: get(),
    expected: { ...whole, absent: ['Set-Cookie'] },
  },
]
