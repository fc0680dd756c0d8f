/** GET /metrics: the figures of the library, and the format. */
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { writeExposition } from '../../src/observability/exposition.ts'
import { asAdmin, call, database, emptyLibrary, fixture, uploaded } from '../support/api.ts'
import { withoutDatabase } from '../support/faults.ts'
import { productWith } from '../support/product.ts'
import { scrape } from '../support/scrape.ts'

beforeEach(emptyLibrary)

const small = fixture('opus.opus')
const large = fixture('cbr.mp3')

describe('the library', () => {
  it('is up to date right after an upload and a deletion', async () => {
    expect(await scrape()).toMatchObject({ 'clips_clips{visibility="public"}': 0, clips_database_up: 1 })
    const { id } = await uploaded(small, { title: 'Rain' })
    await uploaded(large, { title: 'Wind' })
    expect(await scrape()).toMatchObject({
      'clips_clips{visibility="public"}': 2,
      'clips_stored_bytes{visibility="public"}': small.byteLength + large.byteLength,
      [`clips_clip_plays_total{clip="${id}",title="Rain"}`]: 0,
    })
    await call(`/api/clips/${id}`, { method: 'DELETE', headers: asAdmin })
    expect(await scrape()).toMatchObject({
      'clips_clips{visibility="public"}': 1,
      'clips_stored_bytes{visibility="public"}': large.byteLength,
    })
  })

  it('has plays and listeners, in total and of today by UTC', async () => {
    const { id } = await uploaded(small, { title: 'Rain' })
    await database().execute(sql`update clips set play_count = 12 where id = ${id}`)
    await database().execute(
      sql`insert into library_days (date, plays, listeners) select (now() at time zone 'utc')::date - days, 10 + days, 3 + days
        from generate_series(0, 2) days`,
    )
    expect(await scrape()).toMatchObject({
      [`clips_clip_plays_total{clip="${id}",title="Rain"}`]: 12,
      clips_plays_total: 33,
      clips_plays_today: 10,
      clips_listeners_today: 3,
    })
  })

  it('names the hundred most played', async () => {
    const { id } = await uploaded(small, { title: 'The first' })
    await database().execute(sql`
      insert into clips (id, title, content_type, size, sha256, play_count, deliberate_duplicate)
      select gen_random_uuid(), 'Clip ' || n, content_type, size, sha256, n, true from clips, generate_series(1, 100) n`)
    const samples = Object.entries(await scrape()).filter(([series]) =>
      series.startsWith('clips_clip_plays_total'),
    )
    expect(samples).toHaveLength(100)
    expect(samples.map(([, plays]) => plays)).toEqual(Array.from({ length: 100 }, (_, i) => 100 - i))
    expect(samples.map(([series]) => series).join()).not.toContain(id)
  })

  it('has the number and size of private clips for an admin only, and never their titles', async () => {
    const { id } = await uploaded(small, { title: 'A secret', visibility: 'private' })
    const anyone = await scrape()
    expect(anyone).toMatchObject({ 'clips_clips{visibility="public"}': 0 })
    expect(JSON.stringify(anyone)).not.toMatch(/private|A secret/)
    const admin = await scrape(call, { headers: asAdmin })
    expect(admin).toMatchObject({
      'clips_clips{visibility="private"}': 1,
      'clips_stored_bytes{visibility="private"}': small.byteLength,
    })
    expect(JSON.stringify(admin)).not.toMatch(new RegExp(`A secret|${id}`))
  })

  it.each([
    ['a"b', 'a\\"b'],
    ['back\\slash\\n', 'back\\\\slash\\\\n'],
    ['"} 1 # {x="\\', '\\"} 1 # {x=\\"\\\\'],
    ['Ω 雨 😀', 'Ω 雨 😀'],
  ])('escapes the title %s', async (title, escaped) => {
    const { id } = await uploaded(small, { title })
    expect(await scrape()).toHaveProperty([`clips_clip_plays_total{clip="${id}",title="${escaped}"}`], 0)
  })

  it('has the content type of Prometheus, and no cache stores it', async () => {
    const { headers } = await call('/metrics')
    expect(headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect((await call('/metrics', { method: 'HEAD' })).status).toBe(200)
  })

  it('takes one statement, and the reconciler another', async () => {
    const sent = vi.spyOn(globalThis, 'fetch')
    await scrape(productWith({}))
    expect(sent).toHaveBeenCalledTimes(2)
    sent.mockRestore()
  })
})

describe('metrics without Postgres', () => {
  it('still have what is known', async () => {
    const samples = await scrape(productWith(withoutDatabase))
    expect(samples).toMatchObject({ clips_database_up: 0 })
    expect(
      Object.keys(samples).find((series) => series.startsWith('clips_build_info{version="')),
    ).toBeDefined()
    expect(JSON.stringify(samples)).not.toContain('clips_clips')
  })

  it('are answered before Prometheus gives up', async () => {
    const never = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => await new Promise(() => {}))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let seconds = 0
    const ticking = setInterval(() => {
      seconds += 1
      void vi.advanceTimersByTimeAsync(1000)
    }, 20)
    const samples = await scrape(productWith({}))
    clearInterval(ticking)
    vi.useRealTimers()
    never.mockRestore()
    expect(samples).toMatchObject({ clips_database_up: 0 })
    expect(seconds).toBeLessThan(9)
  })
})

describe('the exposition', () => {
  it.each([
    [1, '1'],
    [0.25, '0.25'],
    [1e21, '1e+21'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('writes %s as %s', (value, text) => {
    expect(writeExposition([{ name: 'a', type: 'gauge', help: 'b', samples: [{ value }] }])).toBe(
      `# HELP a b\n# TYPE a gauge\na ${text}\n`,
    )
  })

  it('escapes labels and help, and omits metrics without samples', () => {
    const samples = [{ labels: { x: 'a\\b"c\nd\ud800' }, value: 1 }]
    expect(
      writeExposition([
        { name: 'a', type: 'gauge', help: 'one\\two "three"\nfour', samples },
        { name: 'empty', type: 'gauge', help: 'none', samples: [] },
      ]),
    ).toBe('# HELP a one\\\\two "three"\\nfour\n# TYPE a gauge\na{x="a\\\\b\\"c\\nd\ufffd"} 1\n')
  })
})
