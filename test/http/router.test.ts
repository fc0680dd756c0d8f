/** Paths and methods that do not exist. */
import { describe, expect, it } from 'vitest'
import { call, expectProblem, unknownId } from '../support/api.ts'

describe('a path', () => {
  it('that does not exist is a 404', async () => {
    await expectProblem(await call('/api/nothing'), 404, 'not-found')
  })

  it('of an object in the bucket is a 404', async () => {
    await expectProblem(await call('/clips/x/audio'), 404, 'not-found')
  })
})

describe('a method', () => {
  it.each([
    ['PUT', '/api/clips', 'GET, HEAD, POST'],
    ['POST', `/api/clips/${unknownId}/stream`, 'GET, HEAD'],
    ['DELETE', '/api/health', 'GET, HEAD'],
  ])('%s %s is a 405 that names the allowed methods', async (method, path, allow) => {
    const response = await call(path, { method })
    expect(response.headers.get('Allow')).toBe(allow)
    await expectProblem(response, 405, 'method-not-allowed')
  })
})
