/** The address of a stream, opened as people open it: in a tab of Chromium, and in a frame of another site's page. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { chromium, type Browser, type Frame } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { Clip, everyClip } from './library.ts'

const url = inject('clipsUrl')
let browser: Browser

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
})
afterAll(async () => await browser?.close())

const formats = ['audio/mpeg', 'audio/mp4', 'audio/flac', 'audio/wav', 'audio/ogg']

it.each(formats)('plays public %s in a tab', async (contentType) => {
  const clip = (await everyClip(url)).find(({ audio }) => audio.content_type === contentType)
  expect(await playInTab(clip?.audio_url ?? '')).toEqual([])
})

it('plays private audio by its signed link', async () => {
  const { id, audio_url } = await uploadPrivately()
  expect((await fetch(audio_url)).status).toBe(404)
  const link = await post(`/api/clips/${id}/links`, '{"expires_in":600}', 'application/json')
  expect(await playInTab(z.object({ url: z.url() }).parse(link).url)).toEqual([])
})

it('plays in a frame of another site', async () => {
  const [clip] = await everyClip(url)
  const site = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' })
    response.end(`<!doctype html><link rel="icon" href="data:," /><iframe src="${clip?.audio_url}"></iframe>`)
  }).listen(0, 'localhost')
  await once(site, 'listening')
  const { port } = z.object({ port: z.number() }).parse(site.address())
  try {
    expect(await playInTab(`http://localhost:${port}/`, 1)).toEqual([])
  } finally {
    site.close()
  }
})

/** Opens a page, presses play in one of its frames (0 is the page), and expects time to pass. Returns the console's errors. */
async function playInTab(address: string, frameNumber = 0): Promise<string[]> {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  try {
    await page.goto(address)
    const frame = page.frames()[frameNumber]
    if (!frame) throw new Error('the page has no such frame')
    const hasLoaded = async () => await frame.evaluate('document.querySelector("video")?.readyState >= 1')
    await expect.poll(hasLoaded, { timeout: 10_000 }).toBe(true)
    // A tab may have begun to play by itself.
    await frame.evaluate(
      'document.querySelector("video").pause(), (document.querySelector("video").currentTime = 0)',
    )
    const { x, y, height } = (await frame.locator('video').boundingBox()) ?? { x: 0, y: 0, height: 0 }
    // The play button is at the left of the player's bar, which is at the bottom of the element.
    await page.mouse.click(x + 24, y + height - 27)
    await expect.poll(async () => await playedSeconds(frame), { timeout: 10_000 }).toBeGreaterThan(0.2)
  } finally {
    await page.close()
  }
  return errors
}

async function playedSeconds(frame: Frame): Promise<number> {
  return z.number().parse(await frame.evaluate('document.querySelector("video").currentTime'))
}

async function uploadPrivately(): Promise<Clip> {
  const [{ audio_url } = { audio_url: '' }] = await everyClip(url)
  const audio = await (await fetch(audio_url)).blob()
  const path = '/api/clips?title=Mine&visibility=private&allow_duplicate=true'
  return Clip.parse(await post(path, audio, audio.type))
}

async function post(path: string, body: BodyInit, contentType: string): Promise<unknown> {
  const headers = { Authorization: 'Bearer clips_local', 'Content-Type': contentType }
  const response = await fetch(url + path, { method: 'POST', headers, body })
  expect(response.status).toBe(201)
  return await response.json()
}
