/** PATCH: what a merge patch changes, and what it refuses. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { asAdmin, call, countRows, emptyLibrary, expectProblem, fixture, uploaded } from '../support/api.ts'

let clip: Clip
beforeEach(async () => {
  await emptyLibrary()
  clip = await uploaded(fixture('opus.opus'), { title: 'Rain', genre: 'nature', tags: ['a', 'b'] })
})

const get = async () => await call(`/api/clips/${clip.id}`)

const patch = async (body: unknown, headers: Record<string, string> = {}) =>
  await call(`/api/clips/${clip.id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/merge-patch+json', ...asAdmin, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

describe('a merge patch', () => {
  it('changes the fields that it names, and no others', async () => {
    const response = await patch({ title: 'Snow', genre: null, tags: ['c', 'C', 'd'] })
    expect(response.status).toBe(200)
    const changed = Clip.parse(await response.json())
    expect(changed).toEqual({
      ...clip,
      title: 'Snow',
      genre: null,
      tags: ['c', 'd'],
      updated_at: changed.updated_at,
    })
    expect(changed.updated_at > clip.updated_at).toBe(true)
    expect(await (await get()).json()).toEqual(changed)
  })

  it.each([
    [{}],
    [{ title: 'Rain' }],
    [{ title: ' Rain ', genre: 'NATURE', tags: ['a', 'b', 'A'], description: null, visibility: 'public' }],
  ])('%j changes nothing, not even the tag', async (same) => {
    const tag = (await get()).headers.get('ETag') ?? ''
    const response = await patch(same, { 'If-Match': tag })
    expect(response.headers.get('ETag')).toBe(tag)
    expect(await response.json()).toEqual(clip)
    expect(await (await get()).json()).toEqual(clip)
    expect((await patch({ title: 'Snow' }, { 'If-Match': tag })).status).toBe(200)
    await expectProblem(await patch({ title: 'Snow' }, { 'If-Match': tag }), 412, 'edit-conflict')
  })

  it.each([
    [{ tags: ['b', 'a'] }],
    [{ tags: null }],
    [{ genre: null }],
    [{ title: 'Rain', license: 'CC0-1.0' }],
  ])('%j changes the tag', async (other) => {
    const tag = (await get()).headers.get('ETag') ?? ''
    expect((await patch(other)).headers.get('ETag')).not.toBe(tag)
  })

  it('is applied only to the version that If-Match names', async () => {
    const tag = (await get()).headers.get('ETag') ?? ''
    expect((await patch({ title: 'One' }, { 'If-Match': tag })).status).toBe(200)
    await expectProblem(await patch({ title: 'Two' }, { 'If-Match': tag }), 412, 'edit-conflict')
    await expectProblem(await patch({ title: 'Two' }, { 'If-Match': 'W/"2.0"' }), 412, 'edit-conflict')
    expect((await patch({ title: 'Three' }, { 'If-Match': `"9.9", "2.0"` })).status).toBe(200)
    expect((await patch({ title: 'Four' }, { 'If-Match': '*' })).status).toBe(200)
  })

  it.each([
    ['{', 400, 'malformed-json'],
    ['', 400, 'malformed-json'],
    [[], 422, 'invalid-fields'],
    ['null', 422, 'invalid-fields'],
    [{ title: null }, 422, 'invalid-fields'],
    [{ title: '   ' }, 422, 'invalid-fields'],
    [{ title: 5 }, 422, 'invalid-fields'],
    [{ visibility: null }, 422, 'invalid-fields'],
    [{ play_count: 5 }, 422, 'invalid-fields'],
    [{ tags: 'a' }, 422, 'invalid-fields'],
    [{ tags: [''] }, 422, 'invalid-fields'],
  ])('%j is refused', async (body, status, name) => {
    await expectProblem(await patch(body), status, name)
  })

  it('is refused with every invalid field named', async () => {
    const problem = await expectProblem(
      await patch({ title: '', tags: ['ok', ''], 'a/b': 1 }),
      422,
      'invalid-fields',
    )
    expect(problem.errors?.map((error) => error.pointer).toSorted()).toEqual(['/a~1b', '/tags/1', '/title'])
  })

  it('must be JSON', async () => {
    await expectProblem(
      await patch({ title: 'x' }, { 'Content-Type': 'text/plain' }),
      415,
      'unsupported-body',
    )
  })

  it('needs a key', async () => {
    await expectProblem(await call(`/api/clips/${clip.id}`, { method: 'PATCH' }), 401, 'unauthorized')
    expect(await countRows()).toBe(1)
  })
})
