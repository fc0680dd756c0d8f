import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Clip } from '../src/clips/clip.ts'
import {
  asAdmin,
  call,
  countRows,
  emptyLibrary,
  expectProblem,
  fixture,
  origin,
  storedKeys,
  uploaded,
} from './api.ts'

const Page = z.object({ items: z.array(Clip), next_cursor: z.string().nullable() })

async function list(query: string, headers: HeadersInit = {}) {
  const response = await call(`/api/clips?${query}`, { headers })
  expect(response.status).toBe(200)
  return Page.parse(await response.json())
}

const titles = (page: z.output<typeof Page>) => page.items.map((clip) => clip.title)

describe('listing', () => {
  beforeAll(async () => {
    await emptyLibrary()
    const opus = fixture('opus.opus')
    await uploaded(opus, { title: 'Rain', genre: 'Nature', tags: ['rain', 'wet'], artist: 'Clouds' })
    await uploaded(opus, {
      title: '100% Sun',
      genre: 'nature',
      tags: ['dry'],
      artist: 'Sky',
      description: 'Bright_light',
    })
    await uploaded(opus, { title: 'Drums', genre: 'Percussion', tags: ['dry', 'wet'], artist: 'Rainer' })
    await uploaded(opus, { title: 'Straße', genre: 'city', tags: [], artist: 'Ä' })
    await uploaded(opus, { title: 'Diary', visibility: 'private', artist: 'Me' })
  })

  it.each([
    ['', ['Straße', 'Drums', '100% Sun', 'Rain']],
    ['genre=NATURE', ['100% Sun', 'Rain']],
    ['tag=dry', ['Drums', '100% Sun']],
    ['tag=dry&tag=wet', ['Drums']],
    ['search=rain', ['Drums', 'Rain']],
    ['search=RAIN+clouds', ['Rain']],
    ['search=wet&genre=percussion', ['Drums']],
    ['search=stra%C3%9Fe', ['Straße']],
    ['search=100%25', ['100% Sun']],
    ['search=0_0', []],
    ['search=bright_', ['100% Sun']],
    ['search=%5C', []],
    ['search=diary', []],
    ['limit=2', ['Straße', 'Drums']],
    ['unknown=1', ['Straße', 'Drums', '100% Sun', 'Rain']],
  ])('%s', async (query, expected) => {
    expect(titles(await list(query))).toEqual(expected)
  })

  it('shows private clips to the admin', async () => {
    expect(titles(await list('', asAdmin))).toContain('Diary')
  })

  it('pages through everything once, by cursor and by Link', async () => {
    const seen: string[] = []
    let next: string | null = '/api/clips?limit=1'
    while (next !== null) {
      const response: Response = await call(next)
      seen.push(...titles(Page.parse(await response.json())))
      next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1] ?? null
    }
    expect(seen).toEqual(['Straße', 'Drums', '100% Sun', 'Rain'])
  })

  it.each([
    ['of another query', async () => `genre=nature&cursor=${(await list('limit=1')).next_cursor}`],
    ['of the admin', async () => `cursor=${(await list('limit=1', asAdmin)).next_cursor}`],
    ['garbled', async () => 'cursor=@@@'],
    ['not JSON', async () => 'cursor=AAAA'],
    ['of another shape', async () => `cursor=${btoa('["a"]').replaceAll('=', '')}`],
    [
      'with a time that is none',
      async () => {
        const cursor = (await list('limit=1')).next_cursor ?? ''
        const content = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
        const bent = content.replace(/^\["[^"]+"/, '["yesterday-ish"')
        return `cursor=${btoa(bent).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')}`
      },
    ],
  ])('refuses a cursor %s', async (_, query) => {
    await expectProblem(await call(`/api/clips?${await query()}`), 400, 'bad-cursor')
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'limit=1e1',
    'genre=',
    `search=${'x'.repeat(201)}`,
    'search=%00',
  ])('refuses %s', async (query) => {
    await expectProblem(await call(`/api/clips?${query}`), 422, 'invalid-fields')
  })
})

describe('one clip', () => {
  let clip: Clip
  beforeEach(async () => {
    await emptyLibrary()
    clip = await uploaded(fixture('opus.opus'), { title: 'Rain', genre: 'nature', tags: ['a', 'b'] })
  })
  const get = (init?: RequestInit) => call(`/api/clips/${clip.id}`, init)
  const patch = (body: unknown, headers: Record<string, string> = {}) =>
    call(`/api/clips/${clip.id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/merge-patch+json', ...asAdmin, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  it('has the shape of the contract', async () => {
    const shown = Clip.strict().parse(await (await get()).json())
    expect(shown.audio_url).toBe(`${origin}/api/clips/${clip.id}/stream`)
    expect(shown.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(shown).toMatchObject({ play_count: 0, waveform_url: null, analysis: 'pending', description: null })
  })

  it('answers 304 to those who have it', async () => {
    const tag = (await get()).headers.get('ETag') ?? ''
    const again = await get({ headers: { 'If-None-Match': tag } })
    expect(again.status).toBe(304)
    expect(again.headers.get('ETag')).toBe(tag)
    expect(again.headers.get('Cache-Control')).toBe('no-cache')
  })

  it('is changed by a merge patch, and by nothing else', async () => {
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
  ])('stays as it is for those who hold it, by the patch %j', async (same) => {
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
  ])('is another by the patch %j', async (other) => {
    const tag = (await get()).headers.get('ETag') ?? ''
    expect((await patch(other)).headers.get('ETag')).not.toBe(tag)
  })

  it('is edited only in the version that If-Match names', async () => {
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
  ])('refuses the patch %j', async (body, status, name) => {
    await expectProblem(await patch(body), status, name)
  })

  it('names each invalid field', async () => {
    const problem = await expectProblem(
      await patch({ title: '', tags: ['ok', ''], 'a/b': 1 }),
      422,
      'invalid-fields',
    )
    expect(problem.errors?.map((error) => error.pointer).toSorted()).toEqual(['/a~1b', '/tags/1', '/title'])
  })

  it('takes patches as JSON only', async () => {
    await expectProblem(
      await patch({ title: 'x' }, { 'Content-Type': 'text/plain' }),
      415,
      'unsupported-body',
    )
  })

  it('is deleted with its audio', async () => {
    const gone = await call(`/api/clips/${clip.id}`, { method: 'DELETE', headers: asAdmin })
    expect(gone.status).toBe(204)
    await expectProblem(await get(), 404, 'clip-not-found')
    await expectProblem(await call(`/api/clips/${clip.id}/stream`), 404, 'clip-not-found')
    await expectProblem(
      await call(`/api/clips/${clip.id}`, { method: 'DELETE', headers: asAdmin }),
      404,
      'clip-not-found',
    )
    expect(await storedKeys()).toEqual([])
    expect(await countRows()).toBe(0)
  })

  it('is not there for strangers when it is private', async () => {
    const secret = await uploaded(fixture('opus.opus'), { title: 'Diary', visibility: 'private' })
    for (const path of [`/api/clips/${secret.id}`, `/api/clips/${secret.id}/stream`]) {
      await expectProblem(await call(path), 404, 'clip-not-found')
      expect((await call(path, { headers: asAdmin })).status).toBe(200)
    }
  })

  it.each(['PATCH', 'DELETE'])('%s needs a key', async (method) => {
    await expectProblem(await call(`/api/clips/${clip.id}`, { method }), 401, 'unauthorized')
    expect(await countRows()).toBe(1)
  })
})

describe('addresses', () => {
  it.each(['/api/clips/x', '/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11', '/api/clips/%E0%A4%A'])(
    '%s is no clip',
    async (path) => {
      await expectProblem(await call(path), 404, 'clip-not-found')
    },
  )

  it.each(['GET', 'HEAD'])(
    '%s of the audio of no clip is a 404, whatever range is asked for',
    async (method) => {
      for (const range of ['', 'bytes=0-1', 'bytes=0-1,500-']) {
        const path = '/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/stream'
        expect((await call(path, { method, headers: range ? { Range: range } : {} })).status).toBe(404)
      }
    },
  )

  it('knows nothing of others', async () => {
    await expectProblem(await call('/api/nothing'), 404, 'not-found')
  })

  it.each([
    ['PUT', '/api/clips', 'GET, HEAD, POST'],
    ['POST', '/api/clips/0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11/stream', 'GET, HEAD'],
    ['DELETE', '/api/health', 'GET, HEAD'],
  ])('%s %s is a 405 that says what is allowed', async (method, path, allow) => {
    const response = await call(path, { method })
    expect(response.headers.get('Allow')).toBe(allow)
    await expectProblem(response, 405, 'method-not-allowed')
  })

  it('says that all is well', async () => {
    const response = await call('/api/health')
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', storage: 'ok' },
      reconcile: null,
    })
  })

  it('always says how to cache and which request it was', async () => {
    for (const path of ['/', '/api/clips', '/api/docs', '/api/openapi.json', '/api/health', '/x']) {
      const response = await call(path)
      expect(response.headers.get('Cache-Control'), path).toBeTruthy()
    }
    expect((await call('/api/health')).headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('keeps the bucket out of sight', async () => {
    expect((await env.BUCKET.list()).objects.length).toBeGreaterThanOrEqual(0)
    await expectProblem(await call('/clips/x/audio'), 404, 'not-found')
  })
})
