/** Which answer a request gets: whole, part, parts, or none. */
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/audio/serveConditional.ts'

const current = { etag: '"a,b"', lastModified: Date.UTC(1994, 10, 6, 8, 49, 37) / 1000, size: 1000 }

describe('the answer', () => {
  it.each([
    ['GET', {}, 'whole'],
    ['GET', { Range: 'bytes=0-1' }, 'part'],
    ['GET', { Range: 'bytes=0-1,500-501' }, 'parts'],
    ['GET', { Range: 'bytes=0-1,3-4' }, 'part'],
    ['GET', { Range: 'bytes=1000-' }, 'unsatisfiable'],
    ['GET', { Range: 'bytes=9-1' }, 'whole'],
    ['GET', { Range: 'bytes=1000-', 'If-None-Match': '"a,b"' }, 'not-modified'],
    ['GET', { Range: 'bytes=1000-', 'If-Match': '"x"' }, 'precondition-failed'],
    ['GET', { Range: 'bytes=1000-', 'If-Range': '"x"' }, 'whole'],
    ['GET', { Range: 'bytes=0-1', 'If-Range': '"a,b"' }, 'part'],
    ['GET', { Range: 'bytes=0-1', 'If-Range': 'W/"a,b"' }, 'whole'],
    ['GET', { 'If-Range': '"x"' }, 'whole'],
    ['HEAD', { Range: 'bytes=0-1' }, 'whole'],
    ['HEAD', { Range: 'bytes=1000-' }, 'whole'],
    ['HEAD', { 'If-None-Match': '*' }, 'not-modified'],
    ['HEAD', { 'If-Match': '"x"' }, 'precondition-failed'],
  ])('%s %o: %s', (method, headers, answer) => {
    expect(decide(method, new Headers(headers), current).answer).toBe(answer)
  })

  it('for an empty object is never a part', () => {
    for (const range of ['bytes=0-', 'bytes=-1', 'bytes=0-0,-5']) {
      expect(decide('GET', new Headers({ Range: range }), { ...current, size: 0 }).answer).toBe(
        'unsatisfiable',
      )
    }
  })
})
