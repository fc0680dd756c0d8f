/** What is not the UTF-8 that it has to be is refused: it must not become replacement characters in a title. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../src/clips/clip.ts'
import { asAdmin, call, countRows, emptyLibrary, expectProblem, fixture, storedKeys } from './api.ts'

beforeEach(emptyLibrary)

const raw = async (query: string) =>
  await call(`/api/clips?${query}`, {
    method: 'POST',
    headers: { ...asAdmin, 'Content-Type': 'audio/ogg' },
    body: fixture('opus.opus'),
  })

describe('a query', () => {
  it.each([
    ['title=%FF%FE', 'no UTF-8 at all'],
    ['title=Z%FCge', 'Latin-1'],
    ['title=%C3', 'half a character'],
    ['title=%ED%A0%BD', 'a surrogate'],
    ['title=%C0%AF', 'longer than it need be'],
    ['title=x&filename=%FF.mp3', 'the name of a file'],
    ['title=x&%FF=1', 'the name of a parameter'],
  ])('%s: %s', async (query) => {
    await expectProblem(await raw(query), 400, 'malformed-request')
    expect([await storedKeys(), await countRows()]).toEqual([[], 0])
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
    '%s, wherever it is sent to',
    async (path) => {
      await expectProblem(await call(path), 400, 'malformed-request')
    },
  )
})
