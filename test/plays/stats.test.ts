/** The statistics of a clip and of the library. */
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { editRow } from '../support/clipRows.ts'
import { ClipStats } from '../../src/plays/stats.ts'
import { LibraryStats } from '../../src/db/stats.ts'
import { asAdmin, call, database, emptyLibrary, expectProblem, unknownId } from '../support/api.ts'
import { countingSql } from '../support/counting.ts'
import { withoutDatabase } from '../support/faults.ts'
import { dateOf, insertClips, listener, record, start } from '../support/playTables.ts'
import { callWith } from '../support/product.ts'

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
  it('has its figures, and every day, with plays or without', async () => {
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

  it('without plays has zeros', async () => {
    const [id = ''] = await insertClips(1)
    const stats = await clipStats(id)
    expect(stats).toMatchObject({ play_count: 0, listeners: 0, last_played_at: null, countries: [] })
    expect(stats.daily).toHaveLength(30)
    expect(stats.daily.every(({ plays }) => plays === 0)).toBe(true)
  })

  it('that is private is a 404 for strangers, and no cache stores it', async () => {
    const [id = ''] = await insertClips(1)
    await editRow(database(), id, { visibility: 'private' })
    await expectProblem(await call(`/api/clips/${id}/stats`), 404, 'clip-not-found')
    const response = await call(`/api/clips/${id}/stats`, { headers: asAdmin })
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it.each(['x', unknownId])('%s is a 404', async (id) => {
    await expectProblem(await call(`/api/clips/${id}/stats`), 404, 'clip-not-found')
  })
})

describe('the library', () => {
  it('counts a listener of two clips once, and does not name private clips', async () => {
    const [one = '', two = '', secret = ''] = await insertClips(3)
    await editRow(database(), secret, { visibility: 'private' })
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

  it.each(both)(
    '%s has up to a year, is cacheable for half a minute, and takes one statement',
    async (path) => {
      const counts = { r2: [], sql: 0 }
      const response = await countingSql(
        counts,
        async () => await call(`${path.replace('$id', id)}?days=365`),
      )
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=30')
      expect(z.object({ daily: z.array(z.unknown()) }).parse(await response.json()).daily).toHaveLength(365)
      expect(counts.sql).toBe(1)
    },
  )

  it.each(both)('%s without Postgres is a 503', async (path) => {
    await expectProblem(await callWith(withoutDatabase, path.replace('$id', id)), 503, 'database-unavailable')
  })
})
