/** Streaming: ranges, headers and HEAD, through the Worker. */
import { beforeAll, describe, expect, it } from 'vitest'
import { call, emptyLibrary, expectProblem, fixture, unknownId, uploaded } from '../support/api.ts'

const bytes = fixture('opus.opus')
const size = bytes.byteLength
let path: string

beforeAll(async () => {
  await emptyLibrary()
  path = `/api/clips/${(await uploaded(bytes, { title: 'Tone' })).id}/stream`
})

describe('one range', () => {
  it.each([
    ['bytes=0-', 0, size],
    ['bytes=0-0', 0, 1],
    ['bytes=0-1', 0, 2],
    ['bytes=100-199', 100, 200],
    [`bytes=${size - 1}-`, size - 1, size],
    ['bytes=5000-999999', 5000, size],
    ['bytes=-1', size - 1, size],
    ['bytes=-999999', 0, size],
  ])('%s', async (range, start, end) => {
    const response = await call(path, { headers: { Range: range } })
    expect(response.status).toBe(206)
    expect(response.headers.get('Content-Range')).toBe(`bytes ${start}-${end - 1}/${size}`)
    expect(response.headers.get('Content-Length')).toBe(String(end - start))
    expect(await response.bytes()).toEqual(bytes.slice(start, end))
  })

  it.each([`bytes=${size}-`, 'bytes=999999-', 'bytes=-0'])('%s is a 416', async (range) => {
    const response = await call(path, { headers: { Range: range } })
    expect(response.headers.get('Content-Range')).toBe(`bytes */${size}`)
    await expectProblem(response, 416, 'unsatisfiable-range')
  })

  it.each(['bytes=', 'bytes=2-1', 'bytes=a-b', 'bytes=-', 'seconds=0-1', 'bytes 0-1', '0-1'])(
    '%s is ignored',
    async (range) => {
      const response = await call(path, { headers: { Range: range } })
      expect(response.status).toBe(200)
      expect(await response.bytes()).toEqual(bytes)
    },
  )
})

describe('the whole clip', () => {
  it('has the headers that players rely on', async () => {
    const response = await call(path)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-type': 'audio/ogg',
      'content-length': String(size),
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable, no-transform',
    })
    expect(response.headers.get('ETag')).toMatch(/^"[^"]+"$/)
    expect(response.headers.get('Last-Modified')).toMatch(/ GMT$/)
  })

  it('is described by HEAD without a body', async () => {
    const [get, head] = [await call(path), await call(path, { method: 'HEAD' })]
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified', 'accept-ranges']) {
      expect(head.headers.get(name), name).toBe(get.headers.get(name))
    }
  })
})

describe('no clip', () => {
  it.each(['GET', 'HEAD'])('%s is a 404, whatever the range', async (method) => {
    for (const range of ['', 'bytes=0-1', 'bytes=0-1,500-']) {
      const missing = `/api/clips/${unknownId}/stream`
      expect((await call(missing, { method, headers: range ? { Range: range } : {} })).status).toBe(404)
    }
  })
})
