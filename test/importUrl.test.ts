/** Creating a clip from a URL. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Clip } from '../src/clips/clip.ts'
import { call, emptyLibrary, expectProblem, fixture, origin, storedKeys } from './api.ts'
import { fromSource, imported, importFrom, noneOpen, source } from './importing.ts'

const audio = fixture('vbr-no-xing.mp3')

beforeEach(emptyLibrary)
afterEach(noneOpen)

describe('audio at a URL', () => {
  it.each(['/song.mp3', '/chunked.mp3', '/identity.mp3'])(
    '%s is stored and served byte for byte',
    async (path) => {
      const response = await importFrom(path)
      const clip = Clip.parse(await response.json())
      expect(response.headers.get('Location')).toBe(`/api/clips/${clip.id}`)
      expect(clip.audio).toMatchObject({ content_type: 'audio/mpeg', size: audio.byteLength })
      const stream = await call(`/api/clips/${clip.id}/stream`)
      expect(await stream.bytes()).toEqual(audio)
      expect(await storedKeys()).toEqual([`clips/${clip.id}/audio`])
    },
  )

  it('is described by the same fields as an upload', async () => {
    const fields = {
      title: 'T',
      artist: 'A',
      genre: 'Folk',
      tags: ['a', 'B', 'a'],
      license: 'CC0-1.0',
      visibility: 'private',
    }
    const clip = await imported('/song.mp3', fields)
    expect(clip).toMatchObject({ ...fields, genre: 'folk', tags: ['a', 'b'] })
  })

  it('is asked for with nothing of ours, and nothing of another answer', async () => {
    await imported('/sets-cookie')
    const headers = z.record(z.string(), z.string()).parse(await fromSource('/last-headers'))
    expect(headers).toMatchObject({
      accept: 'audio/*',
      'accept-encoding': 'identity',
      'user-agent': `Clips/1 (+${origin})`,
    })
    // `cf-worker` is the platform's; the cache headers come with `no-store`.
    const others = ['cache-control', 'cf-worker', 'host', 'pragma']
    expect(Object.keys(headers).toSorted()).toEqual(['accept', 'accept-encoding', ...others, 'user-agent'])
  })
})

describe('a title that is not sent', () => {
  it.each([
    ['/songs/Song%20one.mp3?x=1', 'Song one'],
    ['/songs/Z%C3%BCge%20%26%20mehr.mp3', 'Züge & mehr'],
    ['/songs/Z%FCge.mp3', 'Z%FCge'],
    ['/songs/a%2Fb%00c.mp3', 'b c'],
    [`/named?as=${encodeURIComponent('attachment; filename="Rain.mp3"')}`, 'Rain'],
    [
      `/named?as=${encodeURIComponent("inline; filename=x.mp3; filename*=UTF-8''Tr%C3%A4umerei.mp3")}`,
      'Träumerei',
    ],
    ['/named?as=;;;', 'named'],
    ['/redirect?to=/songs/Moved.mp3', 'Moved'],
  ])('comes from %s: %s', async (path, title) => {
    expect((await imported(path, {})).title).toBe(title)
  })

  it('and is nowhere is asked for', async () => {
    const problem = await expectProblem(await importFrom('/songs/', {}), 422, 'invalid-fields')
    expect(problem.errors?.[0]?.pointer).toBe('/title')
    expect(await storedKeys()).toEqual([])
  })
})

describe('redirects', () => {
  it.each([
    '/chain?left=1',
    '/chain?left=5',
    ...[301, 302, 303, 307, 308].map((status) => `/redirect?status=${status}&to=song.mp3`),
    `/redirect?to=${encodeURIComponent(`//${new URL(source).host}/song.mp3`)}`,
  ])('%s are followed', async (path) => {
    expect((await imported(path)).audio.size).toBe(audio.byteLength)
  })
})
