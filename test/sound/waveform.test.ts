/** The routes of the waveform: its forms, its caching, and that it is as private as the audio. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { waveformKey } from '../../src/audio/objects.ts'
import { analysed } from '../support/analyses.ts'
import {
  asAdmin,
  bearer,
  call,
  emptyLibrary,
  expectProblem,
  fixture,
  makeKey,
  sendJson,
  unknownId,
  uploadAs,
  uploaded,
} from '../support/api.ts'
import { countingBucket, countingSql, type Counts } from '../support/counting.ts'
import { productWith } from '../support/product.ts'
import { patchTo, product } from '../support/refusingCache.ts'

beforeEach(emptyLibrary)

async function analysedClip(): Promise<string> {
  const { id } = await uploaded(fixture('opus.opus'), { title: 'Rain' })
  await analysed(id)
  return `/api/clips/${id}/waveform`
}

const binary = { Accept: 'application/octet-stream' }

describe('the forms', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/octet-stream', 'application/octet-stream'],
    ['application/octet-stream;q=0.5, application/json', 'application/json'],
    ['text/html', 'application/json'],
  ])('for Accept %s is %s', async (accept, type) => {
    const response = await call(await analysedClip(), {
      headers: accept === undefined ? {} : { Accept: accept },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe(type)
    expect(response.headers.get('Vary')).toContain('Accept')
  })

  it('agree with each other', async () => {
    const path = await analysedClip()
    const json = await (await call(path)).json<{ length: number; data: number[] } & Record<string, number>>()
    const dat = new DataView(await (await call(path, { headers: binary })).arrayBuffer())
    const header = [0, 4, 8, 12, 16, 20].map((at) => dat.getInt32(at, true))
    const { version, sample_rate: rate, samples_per_pixel: samples, length, channels, bits } = json
    expect(header).toEqual([version, 1, rate, samples, length, channels])
    expect(bits).toBe(8)
    expect(json.data).toHaveLength(2 * length)
    expect(json.data).toEqual(Array.from({ length: 2 * length }, (_, nth) => dat.getInt8(24 + nth)))
  })

  it('have an SVG', async () => {
    const response = await call(`${await analysedClip()}.svg`)
    expect(response.headers.get('Content-Type')).toBe('image/svg+xml')
    const svg = await response.text()
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(svg.length).toBeLessThan(6000)
  })

  it('have ETags of their own, and conditions', async () => {
    const path = await analysedClip()
    const asked: [string, Record<string, string>][] = [
      [path, {}],
      [path, binary],
      [`${path}.svg`, {}],
    ]
    const tags = new Set<string>()
    for (const [url, headers] of asked) {
      const etag = (await call(url, { headers })).headers.get('ETag') ?? ''
      tags.add(etag)
      const current = await call(url, { headers: { ...headers, 'If-None-Match': etag } })
      expect([current.status, await current.text()]).toEqual([304, ''])
      expect(current.headers.get('Vary')).toBe(url.endsWith('svg') ? null : 'Accept')
      const other = await call(url, { headers: { ...headers, 'If-Match': '"x"' } })
      await expectProblem(other, 412, 'precondition-failed')
    }
    expect(tags.size).toBe(3)
  })

  it('answer HEAD with their headers', async () => {
    const response = await call(await analysedClip(), { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('ETag')).toMatch(/^"\w+-json"$/)
  })

  it('exist of a clip only', async () => {
    await expectProblem(await call(`/api/clips/${unknownId}/waveform`), 404, 'clip-not-found')
    await expectProblem(await call('/api/clips/x/waveform.svg'), 404, 'clip-not-found')
    await expectProblem(await call(await analysedClip(), { method: 'PUT' }), 405, 'method-not-allowed')
  })
})

describe('the waveform of a private clip', () => {
  it.each(['waveform', 'waveform.svg'])('is as private as its audio: %s', async (name) => {
    const owner = await makeKey(['read', 'write'])
    const writer = await makeKey(['write'])
    const { id } = await uploadAs(owner.key)
    await analysed(id)
    const read = async (headers: HeadersInit = {}, query = '') =>
      await call(`/api/clips/${id}/${name}${query}`, { headers })
    await expectProblem(await read(), 404, 'clip-not-found')
    await expectProblem(await read(bearer(writer.key)), 404, 'clip-not-found')
    const own = await read(bearer(owner.key))
    expect(own.status).toBe(200)
    expect(own.headers.get('Cache-Control')).toBe('private, no-store')
    expect((await read(asAdmin)).status).toBe(200)
    const link = await sendJson('POST', `/api/clips/${id}/links`, { expires_in: 60 }, bearer(owner.key))
    const { search } = new URL((await link.json<{ url: string }>()).url)
    expect((await read({}, search)).status).toBe(200)
    await expectProblem(await read({}, search.replace(/signature=./, 'signature=')), 404, 'clip-not-found')
  })

  it('is not told apart from none', async () => {
    const { key } = await makeKey(['write'])
    const { id } = await uploadAs(key)
    await expectProblem(await call(`/api/clips/${id}/waveform`), 404, 'clip-not-found')
  })
})

describe('a cache in front', () => {
  it('keeps one entry for all forms, and drops it when the clip is hidden', async () => {
    const path = await analysedClip()
    const counts: Counts = { r2: [], sql: 0 }
    const { ask, state } = product({ BUCKET: countingBucket(env.BUCKET, counts) })
    state.refuses = false
    const forms = [path, `${path}.svg`, `${path}?utm_source=x`]
    await countingSql(counts, async () => {
      for (const url of forms) expect((await ask(url)).status).toBe(200)
    })
    expect(counts).toEqual({ r2: ['head', 'get'], sql: 0 })

    expect((await ask(path.replace('/waveform', ''), patchTo('private'))).status).toBe(200)
    for (const url of forms) await expectProblem(await ask(url), 404, 'clip-not-found')
  })

  it('keeps no refusal', async () => {
    const { id } = await uploaded(fixture('opus.opus'), { title: 'x' })
    const { ask } = product()
    await expectProblem(await ask(`/api/clips/${id}/waveform`), 404, 'waveform-not-found')
    await analysed(id)
    expect((await ask(`/api/clips/${id}/waveform`)).status).toBe(200)
  })

  it('shows the headers of the edge to nobody', async () => {
    const response = await productWith({}, true)(await analysedClip())
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=86400')
    expect(response.headers.has('Cache-Tag')).toBe(false)
    expect(response.headers.has('Cloudflare-CDN-Cache-Control')).toBe(false)
  })
})

it('is 404 if its object is lost', async () => {
  const path = await analysedClip()
  await env.BUCKET.delete(waveformKey(path.split('/')[3] ?? ''))
  await expectProblem(await call(path), 404, 'waveform-not-found')
})
