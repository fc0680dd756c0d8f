/// <reference types="vite/types/importMeta.d.ts" />
/** The columns of the data points, and the SQL in the README that reads them. */
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { columnOf, columns, dataset, toDataPoint } from '../../src/observability/dataPoints.ts'
import { account } from '../support/analyticsEngine.ts'
import { emptyAnalytics, streamPoint, writePoint } from '../support/analyticsRows.ts'
import { cloudflareApi } from '../support/services.ts'

const settings = import.meta.glob<string>('../../wrangler.toml', {
  query: '?raw',
  import: 'default',
  eager: true,
})

beforeEach(emptyAnalytics)

describe('the columns of a data point', () => {
  it('are numbered in order, within the limits of Analytics Engine', () => {
    const numbered = (kind: string) => Object.keys(columns).filter((column) => column.startsWith(kind))
    for (const [kind, limit] of [
      ['index', 1],
      ['blob', 20],
      ['double', 20],
    ] as const) {
      const expected = numbered(kind).map((_, i) => `${kind}${i + 1}`)
      expect(numbered(kind)).toEqual(expected)
      expect(expected.length).toBeLessThanOrEqual(limit)
    }
    expect(columnOf('status')).toBe('double1')
    expect(settings['../../wrangler.toml']).toContain(`dataset = "${dataset}"`)
  })

  it('stay within the limits, whatever a client sends', () => {
    const long = '…'.repeat(100_000)
    const text = { method: long, cache: long, country: long, colo: long, clip: long, play_rejection: long }
    const numbers = { status: 200, duration_ms: 1, bytes: 1 }
    const point = toDataPoint({ ...text, ...numbers, route: 'x'.repeat(500), problem: long })
    const length = (values: unknown[]) => new TextEncoder().encode(values.map(String).join('')).length
    expect(length(point.indexes)).toBeLessThanOrEqual(96)
    expect(length(point.blobs)).toBeLessThanOrEqual(16_384)
  })
})

describe('the README of src/observability', () => {
  const readmes = import.meta.glob<string>('../../src/observability/README.md', {
    query: '?raw',
    import: 'default',
    eager: true,
  })
  const readme = readmes['../../src/observability/README.md'] ?? ''
  const queries = [...readme.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, query = '']) => query)
  const Rows = z.object({ data: z.array(z.record(z.string(), z.union([z.string(), z.number()]))) })

  async function run(query: string) {
    const response = await fetch(`${cloudflareApi}/accounts/${account('a')}/analytics_engine/sql`, {
      method: 'POST',
      headers: { Authorization: 'Bearer analytics-token' },
      body: query,
    })
    const body = await response.text()
    expect(response.status, body).toBe(200)
    return Rows.parse(JSON.parse(body)).data
  }

  it('lists the columns', () => {
    const rows = [...readme.matchAll(/^\| `([a-z]+\d+)` *\| `(\w+)` *\| (.*?) *\|$/gm)]
    expect(rows.map(([, column, name, meaning]) => [column, { name, meaning }])).toEqual(
      Object.entries(columns),
    )
  })

  it('has SQL with known columns only, each under its name', () => {
    expect(queries.length).toBeGreaterThanOrEqual(7)
    for (const query of queries) {
      for (const [mentioned] of query.matchAll(/\b(?:index|blob|double)\d+\b/g)) {
        expect(Object.keys(columns), query).toContain(mentioned)
      }
      for (const [, column = '', alias] of query.matchAll(/\b((?:index|blob|double)\d+) AS (\w+)/g)) {
        const named = Object.entries(columns).find(([key]) => key === column)?.[1].name
        expect(named === 'play_rejection' ? 'reason' : named, query).toBe(alias)
      }
    }
  })

  it('has SQL that gives the right answers', async () => {
    await writePoint(toDataPoint(streamPoint), 6)
    await writePoint(toDataPoint({ ...streamPoint, cache: 'MISS', play_rejection: 'bot', country: 'FR' }), 2)
    await writePoint(
      toDataPoint({ ...streamPoint, status: 503, problem: 'storage-unavailable', cache: 'none' }),
      2,
    )
    const answers = await Promise.all(queries.map(run))
    const route = streamPoint.route
    const first = answers.map(([row]) => row)
    expect(
      first.map((row) => Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => name !== 't'))),
    ).toEqual([
      { route, requests_per_second: expect.anything() },
      { route, requests: '10', error_rate: expect.stringMatching(/^0\.20*$/) },
      { problem: 'storage-unavailable', route, status: 503, answers: '2' },
      { route, p50_ms: 20, p90_ms: 20, p99_ms: 20 },
      { clip: streamPoint.clip, requests: '8', bytes: expect.anything() },
      { route, hit_ratio: expect.stringMatching(/^0\.750*$/) },
      { reason: 'bot', starts: '2' },
      { country: 'NZ', colo: 'AKL', requests: '8' },
    ])
    expect(Number(first[4]?.['bytes'])).toBe(8000)
  })
})
