/** Real players against the running product: each is one play. */
import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { z } from 'zod'

const run = promisify(execFile)
const clipsUrl = inject('clipsUrl')
const Uploaded = z.object({ id: z.string() })
const Stats = z.object({ play_count: z.number() })

let clip: string
/** Another clip, to be played at the end: when it is counted, everything before it is counted too. */
let marker: string
let uploads = 0

async function uploadNoise(seconds: number): Promise<string> {
  const response = await fetch(`${clipsUrl}/api/clips?title=Noise`, {
    method: 'POST',
    headers: { Authorization: 'Bearer clips_local', 'Content-Type': 'audio/wav' },
    body: noise(seconds, (uploads += 1)),
  })
  expect(response.status).toBe(201)
  return Uploaded.parse(await response.json()).id
}

beforeEach(async () => {
  clip = await uploadNoise(60)
  marker = await uploadNoise(1)
})

const audioUrl = () => `${clipsUrl}/api/clips/${clip}/stream`

async function playsOf(id: string): Promise<number> {
  const response = await fetch(`${clipsUrl}/api/clips/${id}/stats`)
  return Stats.parse(await response.json()).play_count
}

async function playsCounted(): Promise<number> {
  const headers = { 'User-Agent': 'VLC/3.0.20 LibVLC/3.0.20' }
  await (await fetch(`${clipsUrl}/api/clips/${marker}/stream`, { headers })).arrayBuffer()
  await vi.waitFor(async () => expect(await playsOf(marker)).toBe(1), { timeout: 30_000, interval: 250 })
  return await playsOf(clip)
}

type Asked = { range: string; atMs: number }

/** What runs in the page. */
const listening = `async (url) => {
  const audio = new Audio(url)
  const playFor = async (ms) => {
    await audio.play()
    await new Promise((resolve) => setTimeout(resolve, ms))
  }
  await playFor(700)
  audio.pause()
  await playFor(300)
  for (const seconds of [50, 20, 58, 0]) {
    audio.currentTime = seconds
    await playFor(500)
  }
  // To its end, and from the start again.
  audio.currentTime = 59.5
  await playFor(1500)
  await playFor(500)
  audio.pause()
}`

describe('Chromium', () => {
  // Headless Chromium names itself in its user agent, and counts as a bot.
  const userAgent =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

  /** Plays in a new profile with an empty cache, and answers the ranges that were requested, and when. */
  async function listenAfresh(browser: Browser): Promise<Asked[]> {
    const context = await browser.newContext({ userAgent })
    const page = await context.newPage()
    const asked: Asked[] = []
    page.on('request', (request) => {
      if (request.url() === audioUrl()) {
        asked.push({ range: request.headers()['range'] ?? 'whole', atMs: Date.now() })
      }
    })
    await page.goto(`${clipsUrl}/api/docs`)
    await page.evaluate(`(${listening})(${JSON.stringify(audioUrl())})`)
    await context.close()
    return asked
  }

  it('playing, pausing, seeking and replaying a clip, twice, is one play', async () => {
    // At midnight (UTC) the listener gets another id.
    const untilMidnightMs = 86_400_000 - (Date.now() % 86_400_000)
    if (untilMidnightMs < 60_000) await delay(untilMidnightMs)
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
    })
    const asked = [...(await listenAfresh(browser)), ...(await listenAfresh(browser))]
    await browser.close()
    const requests = JSON.stringify(asked)
    const starts = asked.filter(({ range }) => range.startsWith('bytes=0-')).map(({ atMs }) => atMs)
    expect(starts.length, requests).toBeGreaterThan(1)
    expect(asked.length - starts.length, `seeks: ${requests}`).toBeGreaterThan(1)
    expect(Math.max(...starts) - Math.min(...starts), `within the window: ${requests}`).toBeLessThan(30_000)
    expect(await playsCounted()).toBe(1)
  })

  it('a prefetch is no play', async () => {
    const response = await fetch(audioUrl(), {
      headers: { 'User-Agent': userAgent, 'Sec-Purpose': 'prefetch;prerender' },
    })
    await response.body?.cancel()
    expect(await playsCounted()).toBe(0)
  })
})

describe('programs', () => {
  it.each([
    ['ffmpeg', ['-v', 'error', '-i', '$url', '-f', 'null', '-'], 1],
    ['ffmpeg', ['-v', 'error', '-ss', '40', '-i', '$url', '-t', '1', '-f', 'null', '-'], 1],
    ['mpv', ['--no-config', '--no-video', '--ao=null', '--length=1', '$url'], 1],
    ['curl', ['-s', '-o', '/dev/null', '$url'], 0],
    ['wget', ['-q', '-O', '/dev/null', '$url'], 0],
  ])('%s %j: %i', async (program, args, plays) => {
    await run(
      program,
      args.map((arg) => arg.replace('$url', audioUrl())),
    )
    expect(await playsCounted()).toBe(plays)
  })
})

/** A WAV that is too large for a cache entry: 44.1 kHz, 16 bit, stereo. */
function noise(seconds: number, seed: number): Uint8Array<ArrayBuffer> {
  const dataBytes = seconds * 44_100 * 4
  const wav = Buffer.alloc(44 + dataBytes)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + dataBytes, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(2, 22)
  wav.writeUInt32LE(44_100, 24)
  wav.writeUInt32LE(44_100 * 4, 28)
  wav.writeUInt16LE(4, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(dataBytes, 40)
  let state = seed
  for (let at = 44; at < wav.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    wav.writeInt32LE(state & 0x0fff0fff, at)
  }
  return new Uint8Array(wav)
}
