/** What each kind of request costs, with a cache in front and without, and what it answers either way. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cachedApp, createApp } from '../src/app.ts'
import { parseRange, selectParts } from '../src/audio/range.ts'
import { asAdmin, emptyLibrary, expectProblem, fixture, uploaded } from './api.ts'
import { cacheInFront } from './cacheInFront.ts'
import { countingBucket, countingSql, type Counts } from './counting.ts'

const bytes = fixture('opus.opus')
const size = bytes.byteLength
let counts: Counts = { r2: [], sql: 0 }
let path: string
let etag: string

/** The product with every R2 operation counted; with or without a cache between the entrypoints. */
function product(withCache: boolean) {
  const bindings = { ...env, BUCKET: countingBucket(env.BUCKET, counts) }
  const inner = async (request: Request) => await cachedApp.fetch(request, bindings, createExecutionContext())
  const app = createApp(withCache ? cacheInFront(inner) : { fetch: inner, purge: async () => {} })
  return async (headers: HeadersInit = {}, method = 'GET', query = '') => {
    const context = createExecutionContext()
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
  ['a condition that holds', { 'If-None-Match': '"x"' }, 'GET', 200, ['get']],
  ['a condition that is met', { 'If-None-Match': '$etag' }, 'GET', 304, ['get']],
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

describe('with a cache in front and without', () => {
  const rangeText = fc.string({
    unit: fc.constantFrom('bytes=', '0', '5', '42', '9101', '9102', '-', ',', ' ', '999999'),
    maxLength: 14,
  })
  const condition = fc.constantFrom('$etag', '"x"', 'W/$etag', '*', 'Sun, 06 Nov 1994 08:49:37 GMT', '"')
  const anyRequest = fc.record(
    { Range: rangeText, 'If-Range': condition, 'If-None-Match': condition, 'If-Match': condition },
    { requiredKeys: [] },
  )

  it('the answer to any request is the same, and never a wrong byte', async () => {
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

describe('hiding and deleting', () => {
  const change = async (cached: ReturnType<typeof cacheInFront>, clip: string, init: RequestInit) => {
    const app = createApp(cached)
    const headers = { ...asAdmin, 'Content-Type': 'application/merge-patch+json' }
    const request = new Request(`https://clips.test/api/clips/${clip}`, { ...init, headers })
    return await app.fetch(request, env, createExecutionContext())
  }
  const listen = async (cached: ReturnType<typeof cacheInFront>, clip: string) =>
    await createApp(cached).fetch(
      new Request(`https://clips.test/api/clips/${clip}/stream`),
      env,
      createExecutionContext(),
    )

  it.each([
    ['hiding', { method: 'PATCH', body: '{"visibility":"private"}' }, 200],
    ['deleting', { method: 'DELETE' }, 204],
  ])('%s takes the audio from the cache at once', async (_, init, status) => {
    const cached = cacheInFront(
      async (request) => await cachedApp.fetch(request, env, createExecutionContext()),
    )
    const { id } = await uploaded(bytes, { title: 'Soon gone' })
    expect(await (await listen(cached, id)).bytes()).toEqual(bytes)
    expect(cached.entries.size).toBe(1)
    expect((await change(cached, id, init)).status).toBe(status)
    expect(cached.entries.size).toBe(0)
    await expectProblem(await listen(cached, id), 404, 'clip-not-found')
  })

  it('a new title names the next download; bytes, tag and date stay', async () => {
    const cached = cacheInFront(
      async (request) => await cachedApp.fetch(request, env, createExecutionContext()),
    )
    const { id } = await uploaded(bytes, { title: 'Old' })
    const before = await listen(cached, id)
    await before.bytes()
    await change(cached, id, { method: 'PATCH', body: '{"title":"Žluťoučký"}' })
    const after = await listen(cached, id)
    expect(after.headers.get('Content-Disposition')).toContain(
      "filename*=UTF-8''%C5%BDlu%C5%A5ou%C4%8Dk%C3%BD.ogg",
    )
    for (const name of ['ETag', 'Last-Modified', 'Repr-Digest']) {
      expect(after.headers.get(name), name).toBe(before.headers.get(name))
    }
    expect(await after.bytes()).toEqual(bytes)
  })
})
