/** Prometheus reads /metrics: its checker, and a real server that scrapes the running product. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { openPglite } from '../../src/local/pglite.ts'
import { writeExposition } from '../../src/observability/exposition.ts'
import { trafficMetrics } from '../../src/observability/traffic.ts'
import { account, serveAnalytics } from '../support/analyticsEngine.ts'
import { freePort } from '../support/freePort.ts'

const clipsUrl = inject('clipsUrl')
const undo: (() => Promise<void>)[] = []
let prometheusUrl: string

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clips-prometheus-'))
  undo.push(async () => await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  const config = join(folder, 'prometheus.yml')
  await writeFile(config, scrapeConfig(new URL(clipsUrl).host))
  const address = `127.0.0.1:${await freePort()}`
  prometheusUrl = `http://${address}`
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  )
  const exited = once(prometheus, 'exit')
  undo.push(async () => {
    prometheus.kill('SIGTERM')
    await exited
  })
})

afterAll(async () => {
  for (const step of undo.toReversed()) await step()
})

function scrapeConfig(target: string): string {
  return `global: { scrape_interval: 2s, scrape_timeout: 2s }
scrape_configs:
  - job_name: clips
    static_configs: [{ targets: ['${target}'] }]
`
}

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
})

/** The series that a query selects, as Prometheus has them; none while it is starting. */
async function ask(query: string) {
  try {
    const response = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`)
    if (!response.ok) return []
    const { data } = Answer.parse(await response.json())
    return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
  } catch (error) {
    if (error instanceof TypeError) return []
    throw error
  }
}

const Page = z.object({ items: z.array(z.object({ id: z.string(), title: z.string() })) })
const Library = z.object({ clips: z.number() })

async function upload(title: string): Promise<void> {
  const audio = await (await fetch(`${clipsUrl}${await anyAudio()}`)).bytes()
  const response = await fetch(
    `${clipsUrl}/api/clips?${new URLSearchParams({ title, allow_duplicate: '1' }).toString()}`,
    {
      method: 'POST',
      headers: { Authorization: 'Bearer clips_local', 'Content-Type': 'audio/mpeg' },
      body: audio,
    },
  )
  expect(response.status, await response.text()).toBe(201)
}

async function anyAudio(): Promise<string> {
  const [clip] = await mostPlayed()
  return `/api/clips/${clip?.id}/stream`
}

/** As many as have a series of their own. */
async function mostPlayed() {
  const response = await fetch(`${clipsUrl}/api/clips?sort=popular&limit=100`)
  return Page.parse(await response.json()).items
}

it('promtool accepts the metrics without a remark', async () => {
  await upload('"Quotes", \\backslashes\\n and {braces="x"} #1 雨')
  const exposition = await (await fetch(`${clipsUrl}/metrics`)).text()
  expect(checked(exposition), exposition).toEqual({ status: 0, output: '' })
})

it('promtool accepts the metrics of Analytics Engine', async () => {
  const database = await openPglite()
  const analytics = await serveAnalytics(database)
  undo.push(
    async () => await database.close(),
    async () => await analytics.close(),
  )
  const rows = `insert into analytics_engine.clips (index1, blob1, double1, double2)
    select '/api/clips/:id/stream', 'GET', 200 + n % 2, n from generate_series(1, 9) n`
  await database.query({ text: rows, params: [] })
  const sqlUrl = `${analytics.url}/accounts/${account('a')}/analytics_engine/sql`
  const exposition = writeExposition(await trafficMetrics({ sqlUrl, token: 'analytics-token' }))
  expect(exposition).toContain(
    'clips_request_duration_seconds{route="/api/clips/:id/stream",quantile="0.5"} 0.005',
  )
  expect(checked(exposition), exposition).toEqual({ status: 0, output: '' })
})

/** What promtool says of an exposition: of its form, and of names and types that mislead. */
function checked(exposition: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}

it('a Prometheus scrapes the metrics, and has the same figures', async () => {
  const clips = await mostPlayed()
  expect(clips.length).toBeGreaterThan(0)
  const library = Library.parse(await (await fetch(`${clipsUrl}/api/stats`)).json())
  for (let tries = 0; tries < 300 && (await ask('up == 1')).length === 0; tries += 1) await delay(100)
  expect(await ask('up{job="clips"}')).toMatchObject([{ value: 1 }])
  expect(await ask('clips_database_up')).toMatchObject([{ value: 1 }])
  expect(await ask('clips_clips{visibility="public"}')).toMatchObject([{ value: library.clips }])
  const known = (await ask('clips_clip_plays_total')).map(({ labels }) => [labels['clip'], labels['title']])
  expect(Object.fromEntries(known)).toEqual(Object.fromEntries(clips.map(({ id, title }) => [id, title])))
})

it('a Prometheus sees an upload with its next scrape', async () => {
  const [before] = await ask('clips_clips{visibility="public"}')
  await upload('One more')
  const grown = `clips_clips{visibility="public"} == ${(before?.value ?? NaN) + 1}`
  for (let tries = 0; tries < 300 && (await ask(grown)).length === 0; tries += 1) await delay(100)
  expect(await ask(grown)).toHaveLength(1)
})
