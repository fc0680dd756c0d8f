/**
 * Whether counting delays the audio: time to the first byte with counting on and off, side by side in one run against the
 * running product. Off is the same request with `Sec-Purpose: prefetch`: the rule runs, and nothing is sent. A second
 * series without counting shows how far two equal series lie apart.
 *
 *   npm run dev -- --port 8900
 *   npm exec -- node test/benchmarks/countingTtfb.ts --clips http://127.0.0.1:8900 --requests 300
 */
import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: 'http://127.0.0.1:8787' },
    requests: { type: 'string', default: '300' },
    warmup: { type: 'string', default: '30' },
    /** Milliseconds between requests: more than the head start of the audio, so that no request meets another's work. */
    pause: { type: 'string', default: '150' },
  },
})

const off = { 'User-Agent': 'Lavf/60.16.100', 'Sec-Purpose': 'prefetch' }
const series = [
  { name: 'counting on', headers: { 'User-Agent': 'Lavf/60.16.100' }, ms: new Array<number>() },
  { name: 'counting off', headers: off, ms: new Array<number>() },
  { name: 'off, again', headers: off, ms: new Array<number>() },
]
// One connection: what is measured is the answer.
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Milliseconds from the request to the first byte of the body; the rest is read and dropped. */
async function firstByteMs(url: string, headers: Record<string, string>): Promise<number> {
  const startedMs = performance.now()
  return await new Promise((resolve, reject) => {
    get(url, { agent, headers: { ...headers, Range: 'bytes=0-65535' } }, (response) => {
      if (response.statusCode !== 206) reject(new Error(`the answer was ${response.statusCode}`))
      let firstMs: number | undefined
      response.on('data', () => (firstMs ??= performance.now() - startedMs))
      response.on('end', () => resolve(firstMs ?? Number.NaN))
    }).on('error', reject)
  })
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** 95 % of the ratios of medians that resamples of both series give. */
function ratioInterval(one: number[], other: number[]): [number, number] {
  const resampledMedian = (all: number[]) =>
    quantile(
      all.map(() => all[Math.floor(Math.random() * all.length)] ?? 0).toSorted((a, b) => a - b),
      0.5,
    )
  const ratios = Array.from({ length: 1000 }, () => resampledMedian(one) / resampledMedian(other))
  const sorted = ratios.toSorted((a, b) => a - b)
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)]
}

const Page = z.object({ items: z.array(z.object({ audio_url: z.url() })).min(1) })
const page = Page.parse(await (await fetch(`${values.clips}/api/clips?limit=1`)).json())
const url = page.items[0]?.audio_url ?? ''

for (let n = -Number(values.warmup); n < Number(values.requests); n += 1) {
  // In turn, beginning with another each time, so that none always follows the same one.
  for (let place = 0; place < series.length; place += 1) {
    const one = series[(n + Number(values.warmup) + place) % series.length]
    if (!one) continue
    const ms = await firstByteMs(url, one.headers)
    await delay(Number(values.pause))
    if (n >= 0) one.ms.push(ms)
  }
}
agent.destroy()

for (const { name, ms } of series) {
  const sorted = ms.toSorted((a, b) => a - b)
  const [median, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(sorted, share).toFixed(2))
  console.log(`${name.padEnd(12)} n=${ms.length}  median ${median} ms  p95 ${p95} ms  p99 ${p99} ms`)
}
const [on, plain, again] = series.map(({ ms }) => ms)
for (const [name, one, other] of [
  ['on : off', on, plain],
  ['off : off, again', plain, again],
] as const) {
  if (!one || !other) continue
  const median = (all: number[]) =>
    quantile(
      all.toSorted((a, b) => a - b),
      0.5,
    )
  const [low, high] = ratioInterval(one, other)
  const ratio = (median(one) / median(other)).toFixed(3)
  console.log(`${name.padEnd(17)} ratio of medians ${ratio}  (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`)
}
