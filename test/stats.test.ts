/** Statistics, the orders that go by plays, and what is pruned. */
import { createExecutionContext, createScheduledController } from 'cloudflare:test'
import { sql } from 'drizzle-orm'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { updateClip } from '../src/db/edits.ts'
import { recordPlays, type PlayEvent } from '../src/db/plays.ts'
import worker from '../src/index.ts'
import { ClipStats, LibraryStats } from '../src/plays/operations.ts'
import { prunePlays } from '../src/plays/prunePlays.ts'
import { asAdmin, call, database, emptyLibrary, expectProblem } from './api.ts'
import { countingSql } from './counting.ts'
import { callWith } from './faults.ts'
import { insertClips, readTables } from './playTables.ts'

const dayMs = 86_400_000
const dateOf = (daysAgo: number) => new Date(Date.now() - daysAgo * dayMs).toISOString().slice(0, 10)
const listener = (n: number) => String(n).padStart(64, '0')

function start(clip: string, daysAgo: number, change: Partial<PlayEvent> = {}): PlayEvent {
  const at = `${dateOf(daysAgo)}T00:00:00.000Z`
  return { id: crypto.randomUUID(), clip, listener: listener(1), country: 'CZ', at, ...change }
}

async function record(...events: PlayEvent[]) {
  await recordPlays(database(), events, 30)
}

const clipStats = async (id: string, query = '', init: RequestInit = {}) => {
  const response = await call(`/api/clips/${id}/stats${query}`, init)
  expect(response.status).toBe(200)
  return ClipStats.strict().parse(await response.json())
}

const libraryStats = async (query = '') => {
  const response = await call(`/api/stats${query}`)
  expect(response.status).toBe(200)
  return LibraryStats.strict().parse(await response.json())
}

beforeEach(emptyLibrary)

describe('a clip', () => {
  it('has its figures, each day there is and those without plays', async () => {
    const [id = '', other = ''] = await insertClips(2)
    await record(
      start(id, 0),
      start(id, 0, { listener: listener(2), country: 'DE' }),
      start(id, 0, { listener: listener(2), country: 'DE', at: `${dateOf(0)}T00:00:10.000Z` }),
      start(id, 2),
      start(id, 40, { country: null }),
      start(other, 0),
    )
    expect(await clipStats(id, '?days=4')).toEqual({
      id,
      title: id,
      play_count: 4,
      listeners: 4,
      last_played_at: `${dateOf(0)}T00:00:10.000Z`,
      daily: [
        { date: dateOf(3), plays: 0, listeners: 0 },
        { date: dateOf(2), plays: 1, listeners: 1 },
        { date: dateOf(1), plays: 0, listeners: 0 },
        { date: dateOf(0), plays: 2, listeners: 2 },
      ],
      countries: [
        { country: 'CZ', plays: 2 },
        { country: 'DE', plays: 1 },
        { country: null, plays: 1 },
      ],
    })
  })

  it('that was never played says so', async () => {
    const [id = ''] = await insertClips(1)
    const stats = await clipStats(id)
    expect(stats).toMatchObject({ play_count: 0, listeners: 0, last_played_at: null, countries: [] })
    expect(stats.daily).toHaveLength(30)
    expect(stats.daily.every(({ plays }) => plays === 0)).toBe(true)
  })

  it('that is private is none to strangers, and is not kept by anybody', async () => {
    const [id = ''] = await insertClips(1)
    await updateClip(database(), id, { visibility: 'private' })
    await expectProblem(await call(`/api/clips/${id}/stats`), 404, 'clip-not-found')
    const response = await call(`/api/clips/${id}/stats`, { headers: asAdmin })
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it.each(['x', '0199a6c2-7b1e-7c3a-9a43-0e7a3f5f0b11'])('%s has none', async (id) => {
    await expectProblem(await call(`/api/clips/${id}/stats`), 404, 'clip-not-found')
  })
})

describe('the library', () => {
  it('has its figures: a listener of two clips is one, a private clip has no name', async () => {
    const [one = '', two = '', secret = ''] = await insertClips(3)
    await updateClip(database(), secret, { visibility: 'private' })
    await record(start(one, 0), start(two, 0), start(two, 1), start(secret, 1, { listener: listener(2) }))
    const stats = await libraryStats('?days=2')
    expect(stats).toEqual({
      clips: 2,
      bytes_stored: 2,
      plays: 4,
      listeners: 3,
      top_clips: [
        { id: two, title: two, play_count: 2 },
        { id: one, title: one, play_count: 1 },
      ],
      daily: [
        { date: dateOf(1), plays: 2, listeners: 2 },
        { date: dateOf(0), plays: 2, listeners: 1 },
      ],
    })
  })

  it('without clips is all zeros', async () => {
    const { daily, ...totals } = await libraryStats()
    expect(totals).toEqual({ clips: 0, bytes_stored: 0, plays: 0, listeners: 0, top_clips: [] })
    expect(daily).toHaveLength(30)
  })
})

describe('both', () => {
  let id: string
  beforeEach(async () => {
    ;[id = ''] = await insertClips(1)
  })
  const both = ['/api/stats', '/api/clips/$id/stats']

  it.each(both.flatMap((path) => ['0', '366', '1.5', 'x', '', '-1', '1e2'].map((days) => [path, days])))(
    '%s?days=%s is refused',
    async (path, days) => {
      const response = await call(`${path?.replace('$id', id)}?days=${days}`)
      await expectProblem(response, 422, 'invalid-fields')
    },
  )

  it.each(both)('%s: up to a year, public, for half a minute, in one round trip', async (path) => {
    const counts = { r2: [], sql: 0 }
    const response = await countingSql(counts, async () => await call(`${path.replace('$id', id)}?days=365`))
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=30')
    expect(z.object({ daily: z.array(z.unknown()) }).parse(await response.json()).daily).toHaveLength(365)
    expect(counts.sql).toBe(1)
  })

  it.each(both)('%s without Postgres is a 503', async (path) => {
    const away = { ...env, DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql' }
    await expectProblem(await callWith(away, path.replace('$id', id)), 503, 'database-away')
  })
})

describe('the orders that go by plays', () => {
  const Page = z.object({
    items: z.array(z.object({ id: z.string() })),
    next_cursor: z.string().nullable(),
  })
  const page = async (query: string) => Page.parse(await (await call(`/api/clips?${query}`)).json())

  /** Everything, a page at a time. */
  async function walk(query: string, limit: number, between = async () => {}): Promise<string[]> {
    const ids: string[] = []
    let cursor = ''
    for (;;) {
      const { items, next_cursor: next } = await page(`${query}&limit=${limit}${cursor}`)
      ids.push(...items.map(({ id }) => id))
      if (next === null) return ids
      cursor = `&cursor=${next}`
      await between()
    }
  }

  const plays = (clip: string, daysAgo: number, count: number) =>
    Array.from({ length: count }, (_, n) => start(clip, daysAgo, { listener: listener(n) }))

  it('popular: most plays first, then the newest', async () => {
    const [a = '', b = '', c = '', d = ''] = await insertClips(4)
    await record(...plays(a, 80, 2), ...plays(c, 0, 3))
    for (const limit of [1, 2, 3, 100]) expect(await walk('sort=popular', limit)).toEqual([c, a, d, b])
  })

  it('trending: plays × 0.5^(days / 3)', async () => {
    const [never = '', now = '', three = '', week = '', old = '', older = '', edge = ''] =
      await insertClips(7)
    await record(
      ...plays(now, 0, 4),
      ...plays(three, 3, 9), // 4.5
      ...plays(week, 6, 15), // 3.75
      ...plays(old, 12, 63), // 3.94
      ...plays(edge, 13, 1), // 0.05
      ...plays(older, 80, 50),
    )
    const order = [three, now, old, week, edge, older, never]
    for (const limit of [1, 2, 4, 100]) expect(await walk('sort=trending', limit)).toEqual(order)
    expect(await walk('sort=popular', 100)).toEqual([old, older, week, three, now, edge, never])
  })

  it('trending: days sum up, however they came', async () => {
    const [together = '', apart = '', backwards = '', less = ''] = await insertClips(4)
    const days = (clip: string) => [...plays(clip, 6, 8), ...plays(clip, 3, 4), ...plays(clip, 0, 2)]
    await record(...days(together), ...days(apart).slice(0, -1), ...days(less).slice(0, -1))
    await record(...days(apart).slice(-1))
    for (const play of days(backwards).toReversed()) await record(play)
    expect(await walk('sort=trending', 1)).toEqual([backwards, apart, together, less])
    const { rows } = await database()
      .execute(sql`select trend, trend - ((select max(date) from clip_days) - date '2020-01-01') / 3.0 as now
      from clips where id in (${together}, ${apart}, ${backwards})`)
    // 8 × 1/4 + 4 × 1/2 + 2
    for (const { now } of rows) expect(2 ** Number(now)).toBeCloseTo(6, 3)
    expect(new Set(rows.map(({ trend }) => trend)).size).toBe(1)
  })

  it('trending: a start that is no play changes nothing', async () => {
    const [a = '', b = ''] = await insertClips(2)
    await record(...plays(a, 0, 3), ...plays(b, 0, 2))
    await record(...plays(b, 0, 2), ...plays(b, 0, 2))
    expect(await walk('sort=trending', 1)).toEqual([a, b])
  })

  it('a walk meets each clip once though plays come in meanwhile that change no place', async () => {
    const ids = await insertClips(6)
    await record(...ids.flatMap((id, n) => plays(id, 0, n * 10)))
    const walked = await walk('sort=popular', 2, async () => await record(start(ids[0] ?? '', 1)))
    expect(walked).toEqual(ids.toReversed())
  })

  it.each([
    ['another order', async () => `sort=trending&cursor=${(await page('sort=popular&limit=1')).next_cursor}`],
    ['the default order', async () => `cursor=${(await page('sort=popular&limit=1')).next_cursor}`],
  ])('a cursor is bound to its order: not for %s', async (_, query) => {
    await insertClips(2)
    await expectProblem(await call(`/api/clips?${await query()}`), 400, 'bad-cursor')
  })

  it.each([
    ['value', ['1.5e3', 0, 0]],
    ['value', ['-1', 0, 0]],
    ['value', ['NaN', 0, 0]],
    ['value', ['Infinity', 0, 0]],
    ['id', [0, 'x', 0]],
  ])('a cursor with a %s that is none is refused', async (_, bent) => {
    await insertClips(2)
    const cursor = (await page('sort=trending&limit=1')).next_cursor ?? ''
    const content = z.array(z.string()).parse(JSON.parse(atob(cursor)))
    const json = JSON.stringify(content.map((part, n) => bent[n] || part))
    const response = await call(`/api/clips?sort=trending&cursor=${btoa(json).replaceAll('=', '')}`)
    await expectProblem(response, 400, 'bad-cursor')
  })

  it('an order that does not exist is a 422', async () => {
    await expectProblem(await call('/api/clips?sort=best'), 422, 'invalid-fields')
  })
})

describe('pruning', () => {
  const kept = async () => {
    const { rows } = await database().execute(
      sql`select count(*)::int as n, min(date) as first from play_events`,
    )
    return z.object({ n: z.number(), first: z.iso.date().nullable() }).parse(rows[0])
  }
  /** As if all of this had happened earlier. */
  const age = async (days: number) => {
    await database().execute(sql`update play_events set at = at - make_interval(days => ${days})`)
  }

  it('takes raw events whose day is not one of the last 90, in chunks; the figures stay', async () => {
    const [id = ''] = await insertClips(1)
    await database().execute(sql`
      insert into play_events (id, clip_id, listener, country, at, counted)
      select gen_random_uuid(), ${id}, n, 'CZ', now() - interval '95 days', true from generate_series(1, 12000) n`)
    await record(start(id, 89), start(id, 88), start(id, 0))
    const before = await readTables()
    expect(await prunePlays(database())).toBe(12_000)
    expect(await kept()).toEqual({ n: 3, first: dateOf(89) })
    await age(1)
    expect(await prunePlays(database())).toBe(1)
    expect(await kept()).toEqual({ n: 2, first: dateOf(89) })
    expect(await readTables()).toEqual(before)
    expect(await prunePlays(database())).toBe(0)
  })

  it('is done by the cron, and done later where Postgres was away', async () => {
    const [id = ''] = await insertClips(1)
    await record(start(id, 89))
    await age(1)
    const controller = createScheduledController({ scheduledTime: new Date(), cron: '*/15 * * * *' })
    const away = Object.assign({ ...env }, { DATABASE_ENDPOINT: 'http://127.0.0.1:9/sql' })
    await expect(worker.scheduled(controller, away, createExecutionContext())).rejects.toThrow(
      'upkeep failed',
    )
    expect((await kept()).n).toBe(1)
    await worker.scheduled(controller, env, createExecutionContext())
    expect((await kept()).n).toBe(0)
  })
})
