/** What a client is told, whatever is wrong: one voice, one place for each error, and what would be right. */
import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { Clip } from '../../src/clips/clip.ts'
import { asAdmin, call, emptyLibrary, expectProblem, fixture, sendJson, uploaded } from '../support/api.ts'

beforeEach(emptyLibrary)

const json = (body: string, headers = {}) => ({
  method: 'POST',
  headers: { ...asAdmin, 'Content-Type': 'application/json', ...headers },
  body,
})

describe('a query parameter', () => {
  const clips = (query: string) => `/api/clips?${query}`
  it.each([
    [clips('limit=1000'), 'limit', 'Must be a whole number from 1 to 100.'],
    [clips('limit=0'), 'limit', 'Must be a whole number from 1 to 100.'],
    [clips('limit=ten'), 'limit', 'Must be a whole number from 1 to 100.'],
    [clips('limit='), 'limit', 'Must be a whole number from 1 to 100.'],
    [clips('limit=1&limit=2'), 'limit', 'Must be one value, not several.'],
    [clips('sort=newest&sort=popular'), 'sort', 'Must be one value, not several.'],
    [clips('search=a&search=b'), 'search', 'Must be one value, not several.'],
    [clips(`search=${'x'.repeat(201)}`), 'search', 'Must have at most 200 characters.'],
    ['/api/stats?days=366', 'days', 'Must be a whole number from 1 to 365.'],
    [
      clips('sort=best'),
      'sort',
      'Must be one of `newest`, `oldest`, `popular`, `trending`, `title`, `duration`, `relevance`.',
    ],
    [clips('genre='), 'genre', 'Must not be empty.'],
    [clips('genre=a&genre=b'), 'genre', 'Must be one value, not several.'],
    [clips(`tag=a&tag=${'b'.repeat(51)}`), 'tag', 'Must have at most 50 characters.'],
    [
      clips('q=rain'),
      'q',
      'No such parameter. Known: `search`, `genre`, `tag`, `artist`, `license`, `min_duration`, `max_duration`, `visibility`, `owner`, `sort`, `limit`, `cursor`.',
    ],
    ['/api/health?x=1', 'x', 'No such parameter. This operation has none.'],
  ])('%s', async (path, parameter, detail) => {
    const { errors } = await expectProblem(await call(path), 422, 'invalid-fields')
    expect(errors).toEqual([{ parameter, detail }])
  })

  it('of an upload whose fields are parameters is named as one', async () => {
    const init = { method: 'POST', headers: { ...asAdmin, 'Content-Type': 'audio/mpeg' } }
    const long = await call(`/api/clips?title=${'x'.repeat(201)}`, { ...init, body: fixture('cbr.mp3') })
    expect((await expectProblem(long, 422, 'invalid-fields')).errors).toEqual([
      { parameter: 'title', detail: 'Must have at most 200 characters.' },
    ])
    const nameless = await call('/api/clips', { ...init, body: fixture('vbr-no-xing.mp3') })
    expect((await expectProblem(nameless, 422, 'invalid-fields')).errors).toEqual([
      { parameter: 'title', detail: 'Is required, because neither the file nor its name gives a title.' },
    ])
  })

  it.each(['nonsense', 'bm9uc2Vuc2U'])('cursor=%s says how to go on', async (cursor) => {
    const { detail } = await expectProblem(await call(clips(`cursor=${cursor}`)), 400, 'bad-cursor')
    expect(detail).toMatch(/Start again without `cursor`\.$/)
  })
})

describe('a JSON body', () => {
  it.each([
    ['{"url": "https://a.example/x.mp3",}', 'Line 1, column 35: a name in double quotes is expected.'],
    ['{"url" "https://a.example/x.mp3"}', 'Line 1, column 8: a colon is expected.'],
    ['{\n  "url": "x"\n  "title": "y"\n}', 'Line 3, column 3: a comma is expected.'],
    ['{"title": "é", url}', 'Line 1, column 16: this is not a JSON value.'],
    ["{'url': 1}", 'Line 1, column 2: this is not a JSON value.'],
    ['{"url": "x', 'Line 1, column 9: a string is not closed.'],
    ['{"url": 1', 'Line 1, column 10: a closing brace is expected.'],
    ['{} {}', 'Line 1, column 4: the body should end here.'],
    ['{"a": 1 /* one */}', 'Line 1, column 9: comments are not allowed.'],
    ['{"a": "\\x"}', 'Line 1, column 7: an escape is malformed.'],
    ['['.repeat(60_000), 'The body is malformed, or nests too deep.'],
    ['{"a":'.repeat(10_000), 'The body is malformed, or nests too deep.'],
    ['', 'The body is empty.'],
    [' \n', 'The body is empty.'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 'It may nest up to 16 levels deep.'],
  ])('%s', async (body, detail) => {
    const problem = await expectProblem(await call('/api/clips', json(body)), 400, 'malformed-json')
    expect(problem.detail).toBe(detail)
  })

  it('that is not UTF-8', async () => {
    const init = { ...json(''), body: new Uint8Array([0x22, 0xff, 0x22]) }
    const problem = await expectProblem(await call('/api/clips', init), 400, 'malformed-json')
    expect(problem.detail).toBe('It must be UTF-8.')
  })

  it.each([
    [{}, '/url', 'Is required: the address of the audio.'],
    [{ url: 5 }, '/url', 'Must be a string.'],
    [{ url: 'song.mp3' }, '/url', 'Must be a URL with scheme and host.'],
    [{ url: 'https://a.example/x', tags: 'a' }, '/tags', 'Must be an array.'],
    [
      { url: 'https://a.example/x', titel: 'x' },
      '/titel',
      'No such field. Known: `url`, `title`, `description`, `artist`, `genre`, `tags`, `license`, `visibility`.',
    ],
    [
      { url: 'https://a.example/x', visibility: 'secret' },
      '/visibility',
      'Must be one of `public`, `private`.',
    ],
  ])('%j', async (body, pointer, detail) => {
    const response = await sendJson('POST', '/api/clips', body, asAdmin)
    expect((await expectProblem(response, 422, 'invalid-fields')).errors).toEqual([{ pointer, detail }])
  })
})

describe('a form', () => {
  const file = new File([fixture('cbr.mp3')], 'song.mp3')
  it.each<[string, [string, string | File][], string, string]>([
    [
      'whose file has another name',
      [['audio', file]],
      '/audio',
      'Must be named `file`, because it has a file name.',
    ],
    [
      'without a file',
      [['title', 'x']],
      '/file',
      'Is required: the audio, in a part named `file` that has a file name.',
    ],
    [
      'whose file is a text',
      [['file', 'song.mp3']],
      '/file',
      'Is required: the audio, in a part named `file` that has a file name.',
    ],
    [
      'with two files',
      [
        ['file', file],
        ['file', file],
      ],
      '/file',
      'Must be one file. Send one request for each.',
    ],
    [
      'with an unknown field',
      [
        ['file', file],
        ['titel', 'x'],
      ],
      '/titel',
      'No such field. Known: `title`, `description`, `artist`, `genre`, `tags`, `license`, `visibility`.',
    ],
    [
      'with a field twice',
      [
        ['file', file],
        ['title', 'x'],
        ['title', 'y'],
      ],
      '/title',
      'Must be one value, not several.',
    ],
  ])('%s', async (_, parts, pointer, detail) => {
    const body = new FormData()
    for (const [name, value] of parts) body.append(name, value)
    const response = await call('/api/clips', { method: 'POST', headers: asAdmin, body })
    expect((await expectProblem(response, 422, 'invalid-fields')).errors).toEqual([{ pointer, detail }])
  })
})

it('a duplicate names the clip that there is', async () => {
  const send = async () =>
    await call('/api/clips', {
      method: 'POST',
      headers: { ...asAdmin, 'Content-Type': 'audio/mpeg' },
      body: fixture('cbr.mp3'),
    })
  const { id } = Clip.parse(await (await send()).json())
  const response = await send()
  expect(response.headers.get('Location')).toBe(`/api/clips/${id}`)
  expect(await response.json()).toMatchObject({
    type: 'urn:clips:problem:duplicate-audio',
    detail: 'It is the clip at `clip_url`. Send it with `?allow_duplicate=true` to have it twice.',
    clip_id: id,
    clip_url: `https://clips.test/api/clips/${id}`,
  })
})

it('an unknown URL leads to the documentation', async () => {
  const { detail } = await expectProblem(await call('/api/clip'), 404, 'not-found')
  expect(detail).toBe('The documentation at /api/docs lists every URL.')
})

it('a method that is not supported is answered with those that are', async () => {
  const response = await call('/api/clips', { method: 'PUT' })
  const { detail } = await expectProblem(response, 405, 'method-not-allowed')
  expect(detail).toBe(`It supports ${response.headers.get('Allow')}.`)
  expect(detail).toBe('It supports GET, HEAD, POST.')
})

describe('a digest that does not match is answered with the right one', () => {
  const audio = fixture('cbr.mp3')
  const wrong = `sha-256=:${Buffer.alloc(32).toString('base64')}:`
  const bodies: [string, string, Uint8Array<ArrayBuffer> | string][] = [
    ['audio', 'audio/mpeg', new Uint8Array(audio)],
    ['JSON', 'application/json', '{"url": "https://a.example/x.mp3"}'],
    [
      'a form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\nabc\r\n--x--\r\n',
    ],
  ]
  it.each(bodies)('%s', async (_, contentType, body) => {
    const headers = { ...asAdmin, 'Content-Type': contentType, 'Repr-Digest': wrong }
    const response = await call('/api/clips?title=x', { method: 'POST', headers, body })
    const computed = `:${createHash('sha256').update(body).digest('base64')}:`
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#digest-mismatching-values',
      detail: `The bytes that arrived have sha-256=${computed}. Send the request again.`,
      'mismatching-digests': [
        {
          algorithm: 'sha-256',
          header: 'Repr-Digest',
          'provided-digest': wrong.slice('sha-256='.length),
          'computed-digest': computed,
        },
      ],
    })
  })
})

describe('every wrong value of every field has one place and one voice', () => {
  const values = [null, 1, -1, 1.5, true, '', ' ', 'x'.repeat(6000), 'a\0b', [], [1], [''], {}, { a: 1 }]
  const bodies: [method: string, path: string, fields: string[]][] = [
    [
      'POST',
      '/api/clips',
      ['url', 'title', 'description', 'artist', 'genre', 'tags', 'license', 'visibility'],
    ],
    ['PATCH', '/api/clips/$id', ['title', 'description', 'artist', 'genre', 'tags', 'license', 'visibility']],
    ['POST', '/api/keys', ['name', 'scopes', 'expires_in']],
    ['POST', '/api/clips/$id/links', ['expires_in']],
  ]

  it.each(bodies.flatMap(([method, path, fields]) => fields.map((field) => ({ method, path, field }))))(
    '$method $path: $field',
    async ({ method, path, field }) => {
      const { id } = await uploaded(fixture('cbr.mp3'), { title: 'Mine' })
      let refused = 0
      for (const value of values) {
        const response = await sendJson(method, path.replace('$id', id), { [field]: value }, asAdmin)
        expect(response.status, JSON.stringify(value)).toBeLessThan(500)
        if (response.status !== 422) continue
        const { errors = [] } = await expectProblem(response, 422, 'invalid-fields')
        if (errors.some(({ pointer = '' }) => pointer.split('/')[1] === field)) refused++
        for (const { detail, ...place } of errors) {
          expect(Object.keys(place)).toEqual(['pointer'])
          expect(detail).toMatch(/^(Must|Is required|No such field).*\.$/)
        }
      }
      expect(refused).toBeGreaterThan(3)
    },
  )
})
