/** Queries that are not UTF-8 are refused: no title gets replacement characters. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { call, emptyLibrary, expectNothingStored, expectProblem } from '../support/api.ts'
import { postRaw } from '../support/rawUpload.ts'

beforeEach(emptyLibrary)

const raw = async (query: string) => await postRaw({}, undefined, query)

describe('a query', () => {
  it.each([
    ['title=%FF%FE', 'no UTF-8'],
    ['title=Z%FCge', 'Latin-1'],
    ['title=%C3', 'half a character'],
    ['title=%ED%A0%BD', 'a surrogate'],
    ['title=%C0%AF', 'an overlong form'],
    ['title=x&filename=%FF.mp3', 'the name of a file'],
    ['title=x&%FF=1', 'the name of a parameter'],
  ])('%s: %s', async (query) => {
    await expectProblem(await raw(query), 400, 'malformed-request')
    await expectNothingStored()
  })

  it.each([
    ['title=Z%C3%BCge', 'Züge'],
    ['title=%EF%BF%BD', '\ufffd'],
    ['title=%F0%9F%8E%B5', '🎵'],
    ['title=100%', '100%'],
    ['title=100%25', '100%'],
    ['title=%zz', '%zz'],
    ['title=a+b', 'a b'],
  ])('%s is %s', async (query, title) => {
    expect(Clip.parse(await (await raw(query)).json()).title).toBe(title)
  })

  it.each(['/api/clips?search=%FF', '/api/clips?tag=%FF', '/api/stats?days=%FF', '/api/docs?%FF', '/?%FF'])(
    '%s is refused too',
    async (path) => {
      await expectProblem(await call(path), 400, 'malformed-request')
    },
  )
})
