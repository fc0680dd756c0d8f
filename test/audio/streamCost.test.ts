/** What each kind of stream costs in R2 and Postgres, with a cache in front and without, and that both answer the same. */
import { waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { app } from '../../src/app.ts'
import { parseRange, selectParts } from '../../src/audio/range.ts'
import { emptyLibrary, fixture, uploaded } from '../support/api.ts'
import { cacheInFront } from '../support/cacheInFront.ts'
import { type Counts, countingBucket, countingSql } from '../support/counting.ts'
import { contextWith, uncached } from '../support/product.ts'
import { wrapBucket } from '../support/wrapBucket.ts'

const bytes = fixture('opus.opus')
const size = bytes.byteLength
let counts: Counts = { r2: [], sql: 0 }
let path: string
let etag: string

const BeginsAtEnd = z.object({ range: z.object({ offset: z.literal(size) }) })

/** R2 refuses a range that begins at the end of an object. Its simulator crashes instead, and prints a stack trace. */
const bucket = wrapBucket(env.BUCKET, async ({ args: [, options] }, act) => {
  if (BeginsAtEnd.safeParse(options).success)
    throw new Error('get: The requested range is not satisfiable (10039)')
  return await act()
})

/** The product with every operation of R2 and Postgres counted, with or without a cache between the entrypoints. */
function product(withCache: boolean) {
  const bindings = { ...env, BUCKET: countingBucket(bucket, counts) }
  const cached = withCache ? cacheInFront(uncached(bindings).fetch) : uncached(bindings)
  return async (headers: HeadersInit = {}, method = 'GET', query = '') => {
    const context = contextWith(cached)
    const request = new Request(`https://clips.test${path}${query}`, { method, headers })
    return await countingSql(counts, async () => {
      const response = await app.fetch(request, bindings, context)
      const body = await response.bytes()
      await waitOnExecutionContext(context)
      return { status: response.status, headers: response.headers, body }
    })
  }
}

beforeAll(async () => {
  await emptyLibrary()
  path = `/api/clips/${(await uploaded(bytes, { title: 'Ω' })).id}/stream`
  etag = (await product(false)()).headers.get('ETag') ?? ''
})

beforeEach(() => {
  counts = { r2: [], sql: 0 }
})

const kinds: [
  what: string,
  headers: Record<string, string>,
  method: string,
  status: number,
  operations: string[],
][] = [
  ['the whole', {}, 'GET', 200, ['get']],
  ['one range', { Range: 'bytes=5-9' }, 'GET', 206, ['get']],
  ['from a position on', { Range: 'bytes=5-' }, 'GET', 206, ['get']],
  ['a suffix', { Range: 'bytes=-5' }, 'GET', 206, ['get']],
  ['a seek with If-Range', { Range: 'bytes=5-9', 'If-Range': '$etag' }, 'GET', 206, ['get']],
  ['a condition that does not match', { 'If-None-Match': '"x"' }, 'GET', 200, ['get']],
  ['a condition that matches', { 'If-None-Match': '$etag' }, 'GET', 304, ['get']],
  ['a failed precondition', { 'If-Match': '"x"' }, 'GET', 412, ['get']],
  ['HEAD', {}, 'HEAD', 200, ['head']],
  ['HEAD with a condition', { 'If-None-Match': '$etag' }, 'HEAD', 304, ['head']],
  ['a failed If-Range', { Range: 'bytes=5-9', 'If-Range': '"x"' }, 'GET', 200, ['get', 'get']],
  ['an unsatisfiable range', { Range: 'bytes=999999-' }, 'GET', 416, ['get', 'head']],
  ['a range at the very end', { Range: `bytes=${size}-${size + 5}` }, 'GET', 416, ['get', 'head']],
  [
    'a failed If-Range of two ranges',
    { Range: 'bytes=0-0,5000-', 'If-Range': '"x"' },
    'GET',
    200,
    ['head', 'get'],
  ],
  ['two ranges', { Range: 'bytes=0-0,5000-5000' }, 'GET', 206, ['head', 'get', 'get']],
]

describe('R2 operations and SQL statements', () => {
  it.each(kinds)('%s', async (_, headers, method, status, operations) => {
    const withTag = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('$etag', etag)]),
    )
    const plain = await product(false)(withTag, method)
    expect(plain.status).toBe(status)
    expect(counts).toEqual({ r2: operations, sql: 0 })

    const cached = product(true)
    await cached()
    counts.r2 = []
    const again = await cached(withTag, method)
    expect(again.status).toBe(status)
    expect(counts).toEqual({ r2: [], sql: 0 })
  })

  it('collapses concurrent misses', async () => {
    const cached = product(true)
    await Promise.all(Array.from({ length: 8 }, async () => await cached({ Range: 'bytes=0-1' })))
    expect(counts.r2).toEqual(['get'])
  })
})

describe('with a cache in front and without,', () => {
  const rangeText = fc.string({
    unit: fc.constantFrom('bytes=', '0', '5', '42', '9101', '9102', '-', ',', ' ', '999999'),
    maxLength: 14,
  })
  const condition = fc.constantFrom('$etag', '"x"', 'W/$etag', '*', 'Sun, 06 Nov 1994 08:49:37 GMT', '"')
  const anyRequest = fc.record(
    { Range: rangeText, 'If-Range': condition, 'If-None-Match': condition, 'If-Match': condition },
    { requiredKeys: [] },
  )

  it('a 304 to an unsatisfiable range has the headers of the 200', async () => {
    const cached = product(true)
    await cached()
    const { status, headers } = await cached({ Range: 'bytes=999999-', 'If-None-Match': etag })
    expect(status).toBe(304)
    expect(headers.get('ETag')).toBe(etag)
    expect(headers.get('Cache-Control')).toContain('immutable')
  })

  it('the answer to any request is the same, and every byte is right', async () => {
    const [plain, cached] = [product(false), product(true)]
    await fc.assert(
      fc.asyncProperty(anyRequest, fc.constantFrom('GET', 'HEAD'), async (asked, method) => {
        const headers = Object.fromEntries(
          Object.entries(asked).map(([name, value]) => [name, value.replace('$etag', etag)]),
        )
        const [one, other] = [await plain(headers, method), await cached(headers, method)]
        expect(other.status).toBe(one.status)
        for (const name of [
          'Content-Range',
          'Content-Length',
          'ETag',
          'Last-Modified',
          'Cache-Control',
          'Repr-Digest',
        ]) {
          if (!one.headers.get('Content-Type')?.includes('problem')) {
            expect(other.headers.get(name), name).toBe(one.headers.get(name))
          }
        }
        if (one.status === 200) expect(one.body).toEqual(method === 'HEAD' ? new Uint8Array() : bytes)
        if (one.status === 206) expectParts(one, headers['Range'])
        if (one.status === 206) expectParts(other, headers['Range'])
      }),
      { numRuns: 150 },
    )
  })

  function expectParts({ headers, body }: { headers: Headers; body: Uint8Array }, range: string | undefined) {
    const parts = selectParts(parseRange(range ?? null) ?? [], size) ?? []
    if (parts.length === 1) {
      const [{ offset, length } = { offset: 0, length: 0 }] = parts
      expect(body).toEqual(bytes.slice(offset, offset + length))
      return
    }
    expect(headers.get('Content-Length')).toBe(String(body.byteLength))
    for (const { offset, length } of parts) {
      const needle = Buffer.from(bytes.slice(offset, offset + length))
      expect(Buffer.from(body).includes(needle)).toBe(true)
    }
  }
})
