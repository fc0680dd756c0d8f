/** Sources that are not asked, and sources that do not deliver. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { importLimits } from '../src/clips/importUrl/limits.ts'
import { openSource } from '../src/clips/importUrl/openSource.ts'
import { fetchImport, readImport } from '../src/clips/importUrl/receiveImport.ts'
import { countRows, emptyLibrary, expectProblem, origin, storedKeys } from './api.ts'
import { callWith } from './faults.ts'
import { asking, importFrom, noneOpen, secret, source } from './importing.ts'

beforeEach(emptyLibrary)
afterEach(noneOpen)

describe('a redirect', () => {
  it.each([
    ['/chain?left=6', 'source-failed', /more than 5 times/],
    ['/loop', 'source-failed', /more than 5 times/],
    ['/nowhere', 'source-failed', /without saying where/],
    ['/redirect?to=http://', 'source-failed', /without saying where/],
    ['/redirect?to=http://a:99999/', 'source-failed', /without saying where/],
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

  // No source here has a certificate, so `fetch` is played.
  it.each([
    ['https://example.com/a', 'http://example.com/a', 'source-refused'],
    ['https://example.com/a', 'https://example.com/b', 'source-failed'],
    ['http://example.com/a', 'https://example.com/a', 'source-failed'],
  ])('from %s to %s: %s', async (from, to, name) => {
    const cancel = vi.fn<() => void>()
    const played = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      const body = new ReadableStream({ cancel })
      return await Promise.resolve(
        input === from
          ? new Response(body, { status: 302, headers: { Location: to } })
          : new Response(body, { status: 418 }),
      )
    })
    const opening = openSource(new URL(from), { allowLoopback: false, ownOrigin: origin }, importLimits, 1e6)
    await expect(opening).rejects.toMatchObject({ problem: name })
    expect(cancel).toHaveBeenCalledTimes(played.mock.calls.length)
    played.mockRestore()
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
    ['/cut-short.mp3', 422, 'source-failed', /broke off/],
    ['/cut-chunked.mp3', 422, 'source-failed', /broke off/],
    ['/gzip.mp3', 422, 'source-failed', /compressed/],
    ['/huge.mp3', 413, 'too-large', /104857600/],
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

  it('by never ending is left at the limit', async () => {
    const small: Record<string, string> = { MAX_UPLOAD_BYTES: '12000000' }
    const response = await callWith(
      { ...env, ...small },
      '/api/clips',
      asking({ url: `${source}/unending.mp3` }),
    )
    await expectProblem(response, 413, 'too-large')
    expect(await storedKeys()).toEqual([])
  })

  it.each([
    ['/slow-headers', { headersMs: 200 }, 'The source did not answer in time.'],
    ['/stalled.mp3', { idleMs: 200 }, 'The source sends too slowly.'],
    ['/drip.mp3', { idleMs: 1000, bodyMs: 400 }, 'The source sends too slowly.'],
  ])('%s by its slowness is left in time', async (path, limits, detail) => {
    const request = new Request(`${origin}/api/clips`, asking({ url: source + path }))
    const to = { bucket: env.BUCKET, key: 'incoming/slow', maxBytes: 1e6 }
    const rules = { allowLoopback: true, ownOrigin: origin }
    const startedMs = Date.now()
    await expect(
      fetchImport(await readImport(request), to, rules, { ...importLimits, ...limits }),
    ).rejects.toMatchObject({
      problem: 'source-failed',
      detail,
    })
    expect(Date.now() - startedMs).toBeLessThan(10_000)
    expect(await storedKeys()).toEqual([])
  })
})

describe('a source that is well, while R2 or Postgres is away', () => {
  const away = new Proxy(env.BUCKET, { get: () => () => Promise.reject(new Error('internal error (10001)')) })

  it.each([
    ['storage-away', '/unending.mp3', { ...env, BUCKET: away }],
    ['storage-away', '/song.mp3', { ...env, BUCKET: away }],
    ['database-away', '/song.mp3', { ...env, DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql' }],
  ])('%s: %s', async (name, path, bindings) => {
    const response = await callWith(bindings, '/api/clips', asking({ url: source + path, title: 'x' }))
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

  it.each([undefined, 'false'])('loopback, where it is not allowed (%s)', async (setting) => {
    const strict = { ...env, ALLOW_LOOPBACK_IMPORTS: setting }
    const response = await callWith(strict, '/api/clips', asking({ url: `${source}/song.mp3` }))
    expect((await expectProblem(response, 422, 'source-refused')).detail).toMatch(/this machine/)
  })
})
