/** Chromium plays long clips, seeks in them, and does not fetch again what it has. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openBrowser, type Browser, type Listener } from './listener.ts'
import { flac, mp3 } from './longClips.ts'
import type { Exchange } from './recordingProxy.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

let stage: Stage
let browser: Browser

beforeAll(async () => {
  stage = await setStage(inject('clipsUrl'))
  // With a profile, its cache is on disk. It may drop a cache in memory at any time.
  browser = await openBrowser(join(stage.folder, 'profile'))
})
afterAll(async () => {
  await browser?.close()
  await stage?.close()
})

describe.each([
  { name: 'an mp3', recording: mp3, seconds: 240 },
  { name: 'a FLAC', recording: flac, seconds: 180 },
])('$name of some minutes', ({ recording, seconds }) => {
  let served: ServedClip

  beforeAll(async () => {
    served = await stage.serve(recording, seconds)
    stage.proxy.forget()
  })

  it('plays, and continues after every seek, to the end', async () => {
    const page = await browser.openPage()
    expect(Math.abs((await page.listen(served.url)) - seconds), 'its duration').toBeLessThan(0.1)
    for (const share of [0.85, 0.1, 0.5, 0.95]) {
      const landed = await page.seek(seconds * share)
      expect(Math.abs(landed - seconds * share), `landed at ${landed} s`).toBeLessThan(0.1)
    }
    expect(Math.abs((await page.playToEnd()) - seconds)).toBeLessThan(0.1)
    await page.close()
  })

  it('is requested in ranges with If-Range, and every range is a 206', () => {
    // A request that the browser cancelled early has no answer.
    const [first, ...others] = stage.proxy.exchanges.filter(({ status }) => status !== 0)
    expect(first?.asked['range']).toBe('bytes=0-')
    const etag = first?.answered['etag'] ?? ''
    expect(etag).toMatch(/^"[^"]+"$/)
    expect(others.some(({ asked }) => asked['if-range'] === etag)).toBe(true)
    for (const { asked, status, answered } of [first, ...others].filter((one) => one !== undefined)) {
      expect([etag, undefined]).toContain(asked['if-range'])
      expect({ status, etag: answered['etag'] }).toEqual({ status: 206, etag })
      const [start, end] = (asked['range'] ?? '').replace('bytes=', '').split('-')
      const range = `bytes ${start}-${end === '' ? served.bytes.length - 1 : end}/${served.bytes.length}`
      expect(answered['content-range']).toBe(range)
    }
  })
})

describe.each([
  { name: 'an mp3', recording: mp3, seconds: 90 },
  { name: 'a FLAC', recording: flac, seconds: 60 },
])('$name that Chromium has', ({ recording, seconds }) => {
  // Chromium's cache lets one request at a time write a clip, and the next ones wait for it 25 ms at most before
  // they go past it: so what a player has that seeks a lot is up to chance, and what it has that played is not.
  it('is played again from its cache, and given to scripts from there', async () => {
    const served = await stage.serve(recording, seconds)
    await hearWhole(await browser.openPage(), served)
    stage.proxy.forget()
    const page = await browser.openPage()
    await hearWhole(page, served)
    expect(await page.read(served.url)).toMatchObject({ status: 200, sha256: served.sha256 })
    const part = await page.read(served.url, { Range: 'bytes=100-199' })
    expect(part).toMatchObject({ status: 206, size: 100 })
    expect(inShort(stage.proxy.exchanges)).toEqual([])
    await page.close()
  })

  it('is played and seeked from its cache after a script has fetched it', async () => {
    const served = await stage.serve(recording, seconds)
    const page = await browser.openPage()
    await page.read(served.url)
    stage.proxy.forget()
    await page.listen(served.url)
    for (const share of [0.9, 0.2, 0.6, 0.97]) await page.seek(seconds * share)
    await page.playToEnd()
    expect(inShort(stage.proxy.exchanges)).toEqual([])
    await page.close()
  })

  it('costs no bytes to revalidate, and all bytes to reload', async () => {
    const served = await stage.serve(recording, seconds)
    const page = await browser.openPage()
    await page.read(served.url)
    stage.proxy.forget()
    const checked = await page.read(served.url, {}, 'no-cache')
    expect(checked).toMatchObject({ status: 200, sha256: served.sha256 })
    await page.read(served.url, {}, 'reload')
    const taken = `GET undefined 200 ${served.bytes.length}`
    expect(inShort(stage.proxy.exchanges)).toEqual(['GET undefined 304 0', taken])
    await page.close()
  })
})

async function hearWhole(page: Listener, { url }: ServedClip) {
  await page.listen(url)
  await page.seek(0)
  await page.playToEnd()
}

function inShort(exchanges: Exchange[]): string[] {
  return exchanges.map(({ method, asked, status, sent }) => `${method} ${asked['range']} ${status} ${sent}`)
}
