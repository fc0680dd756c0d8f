/** Importing by URL: good sources, redirects, sources that fail, and sources that are refused. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Clip } from '../../src/clips/clip.ts'
import { importLimits } from '../../src/clips/fetchSource.ts'
import { openImport } from '../../src/clips/importUrl.ts'
import { call, countRows, emptyLibrary, expectProblem, fixture, origin, storedKeys } from '../support/api.ts'
import { faultyBucket, r2Error, withoutDatabase } from '../support/faults.ts'
import { asking, fromSource, importFrom, imported, noneOpen, secret } from '../support/importing.ts'
import { sourceUrl } from '../support/services.ts'
import { callWith } from '../support/product.ts'

const audio = fixture('vbr-no-xing.mp3')

beforeEach(emptyLibrary)
afterEach(noneOpen)

describe('an import', () => {
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

  it('takes the same fields as an upload', async () => {
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

  it('sends the source no key, no cookie and nothing else of the request', async () => {
    await imported('/sets-cookie')
    const headers = z.record(z.string(), z.string()).parse(await fromSource('/last-headers'))
    expect(headers).toMatchObject({
      accept: 'audio/*',
      'accept-encoding': 'identity',
      'user-agent': `Clips/1 (+${origin})`,
    })
    // The platform adds `cf-worker`; `no-store` adds the cache headers.
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

  it('and that no name gives is a 422', async () => {
    const problem = await expectProblem(await importFrom('/songs/', {}), 422, 'invalid-fields')
    expect(problem.errors?.[0]?.pointer).toBe('/title')
    expect(await storedKeys()).toEqual([])
  })
})

describe('a good redirect', () => {
  it.each([
    '/chain?left=1',
    '/chain?left=5',
    ...[301, 302, 303, 307, 308].map((status) => `/redirect?status=${status}&to=song.mp3`),
    `/redirect?to=${encodeURIComponent(`//${new URL(sourceUrl).host}/song.mp3`)}`,
  ])('%s is followed', async (path) => {
    expect((await imported(path)).audio.size).toBe(audio.byteLength)
  })
})

describe('a bad redirect', () => {
  it.each([
    ['/chain?left=6', 'source-failed', /more than 5 times/],
    ['/loop', 'source-failed', /more than 5 times/],
    ['/nowhere', 'source-failed', /without a valid Location/],
    ['/redirect?to=http://', 'source-failed', /without a valid Location/],
    ['/redirect?to=http://a:99999/', 'source-failed', /without a valid Location/],
    ['/redirect?status=300&to=song.mp3', 'source-failed', /status 300/],
    ['/redirect?status=304&to=song.mp3', 'source-failed', /status 304/],
    ['/redirect?to=ftp://example.com/a', 'source-refused', /http and https/],
    ['/redirect?to=data:audio/mpeg,a', 'source-refused', /http and https/],
    ['/redirect?to=http://169.254.169.254/', 'source-refused', /metadata/],
    ['/redirect?to=http://0xa.1/', 'source-refused', /private/],
    ['/redirect?to=//user@example.com/', 'source-refused', /user name/],
    ['/redirect?to=https://clips.test/api/clips', 'source-refused', /this service/],
    ['/redirect?to=http://localhost:22/', 'source-refused', /port/],
  ])('%s: %s', async (path, name, detail) => {
    const problem = await expectProblem(await importFrom(path), 422, name)
    expect(problem.detail).toMatch(detail)
    expect(problem.errors).toEqual([{ pointer: '/url', detail: problem.detail }])
    expect(JSON.stringify(problem)).not.toMatch(secret)
    expect(await storedKeys()).toEqual([])
  })

  // No source here has a certificate, so `fetch` is replaced.
  it.each([
    ['https://example.com/a', 'http://example.com/a', 'source-refused'],
    ['https://example.com/a', 'https://example.com/b', 'source-failed'],
    ['http://example.com/a', 'https://example.com/a', 'source-failed'],
  ])('from %s to %s: %s', async (from, to, name) => {
    const cancel = vi.fn<() => void>()
    const replaced = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      const body = new ReadableStream({ cancel })
      return await Promise.resolve(
        input === from
          ? new Response(body, { status: 302, headers: { Location: to } })
          : new Response(body, { status: 418 }),
      )
    })
    const request = new Request(`${origin}/api/clips`, asking({ url: from }))
    const { audio: fetched } = await openImport(request, 1e6, { allowLoopback: false, ownOrigins: [origin] })
    await expect(Array.fromAsync(fetched)).rejects.toMatchObject({ problem: name })
    expect(cancel).toHaveBeenCalledTimes(replaced.mock.calls.length)
    replaced.mockRestore()
  })
})

describe('a source that fails', () => {
  it.each([
    ['/missing', 422, 'source-failed', /status 404/],
    ['/broken', 422, 'source-failed', /status 500/],
    ['/no-content', 422, 'source-failed', /status 204/],
    ['/half.mp3', 422, 'source-failed', /status 206/],
    ['/hang-up', 422, 'source-failed', /cannot be reached/],
    ['http://127.0.0.1:9999/nobody-listens', 422, 'source-failed', /cannot be reached/],
    ['/cut-short.mp3', 422, 'source-failed', /ended early/],
    ['/cut-chunked.mp3', 422, 'source-failed', /ended early/],
    ['/gzip.mp3', 422, 'source-failed', /compressed/],
    ['/huge.mp3', 413, 'payload-too-large', /104857600/],
    ['/page.mp3', 415, 'not-audio', undefined],
    ['/empty.mp3', 415, 'not-audio', undefined],
  ])('%s: %d %s', async (url, status, name, detail) => {
    const problem = await expectProblem(await importFrom(url), status, name)
    if (detail) expect(problem.detail).toMatch(detail)
    if (status === 422) expect(problem.errors).toEqual([{ pointer: '/url', detail: problem.detail }])
    expect(JSON.stringify(problem)).not.toMatch(secret)
    expect(await storedKeys()).toEqual([])
    expect(await countRows()).toBe(0)
  })

  it('by never ending is a 413 at the limit', async () => {
    const small: Record<string, string> = { MAX_UPLOAD_BYTES: '12000000' }
    const response = await callWith(
      { ...env, ...small },
      '/api/clips',
      asking({ url: `${sourceUrl}/unending.mp3` }),
    )
    await expectProblem(response, 413, 'payload-too-large')
    expect(await storedKeys()).toEqual([])
  })

  it.each([
    ['/slow-headers', { headersMs: 200 }, 'The source did not answer in time.'],
    ['/stalled.mp3', { idleMs: 200 }, 'The source sends too slowly.'],
    ['/drip.mp3', { idleMs: 1000, bodyMs: 400 }, 'The source sends too slowly.'],
  ])('%s by being slow is abandoned in time', async (path, limits, detail) => {
    const request = new Request(`${origin}/api/clips`, asking({ url: sourceUrl + path }))
    const rules = { allowLoopback: true, ownOrigins: [origin] }
    const startedMs = Date.now()
    const { audio: fetched } = await openImport(request, 1e6, rules, { ...importLimits, ...limits })
    await expect(Array.fromAsync(fetched)).rejects.toMatchObject({ problem: 'source-failed', detail })
    expect(Date.now() - startedMs).toBeLessThan(10_000)
    expect(await storedKeys()).toEqual([])
  })
})

describe('a good source, while R2 or Postgres is unavailable', () => {
  const away = faultyBucket(env.BUCKET, r2Error)

  it.each([
    ['storage-unavailable', '/unending.mp3', { ...env, BUCKET: away }],
    ['storage-unavailable', '/song.mp3', { ...env, BUCKET: away }],
    ['database-unavailable', '/song.mp3', withoutDatabase],
  ])('%s: %s', async (name, path, bindings) => {
    const response = await callWith(bindings, '/api/clips', asking({ url: sourceUrl + path, title: 'x' }))
    await expectProblem(response, 503, name)
    expect((await storedKeys()).filter((key) => key.startsWith('incoming/'))).toEqual([])
    expect(await countRows()).toBe(0)
  })
})

describe('a source that is refused', () => {
  it.each([
    'http://10.0.0.1/a.mp3',
    'http://[::ffff:127.0.0.1]/',
    'ftp://example.com/a.mp3',
    'https://clips.test/api/clips/1/stream',
  ])('%s', async (url) => {
    const problem = await expectProblem(await importFrom(url), 422, 'source-refused')
    expect(problem.errors).toEqual([{ pointer: '/url', detail: problem.detail }])
  })

  it.each(['GET', 'HEAD'])(
    'this service under another name, which knows its own import by %s',
    async (method) => {
      const { id } = await imported('/song.mp3')
      const headers = z.record(z.string(), z.string()).parse(await fromSource('/last-headers'))
      const own = { 'User-Agent': headers['user-agent'] ?? '' }
      const stream = async (sent: Record<string, string>) =>
        await call(`https://alias.test/api/clips/${id}/stream`, { method, headers: sent })
      expect((await stream(own)).status).toBe(403)
      expect((await stream({ 'User-Agent': 'Clips/1 (+https://another.test)' })).status).toBe(200)
    },
  )

  it.each([undefined, 'false'])('loopback, if the setting is %s', async (setting) => {
    const strict = { ...env, ALLOW_LOOPBACK_IMPORTS: setting }
    const response = await callWith(strict, '/api/clips', asking({ url: `${sourceUrl}/song.mp3` }))
    expect((await expectProblem(response, 422, 'source-refused')).detail).toMatch(/loopback/)
  })
})
