/** Chromium plays long clips, seeks in them, and hears again what it has heard without asking for it. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openBrowser, type Browser, type Listener } from './listener.ts'
import { flac, mp3 } from './longClips.ts'
import type { Exchange } from './recordingProxy.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

const clips = [
  { name: 'an mp3', recording: mp3, seconds: 180 },
  { name: 'a FLAC', recording: flac, seconds: 120 },
]

// In this order: each test starts with what the one before has left in the browser's cache.
describe.each(clips)('$name', ({ recording, seconds }) => {
  let stage: Stage
  let browser: Browser
  let served: ServedClip
  let listener: Listener

  beforeAll(async () => {
    stage = await setStage(inject('clipsUrl'))
    // With a profile its cache is on disk: one in memory it may drop whenever it likes.
    browser = await openBrowser(join(stage.folder, 'profile'))
    served = await stage.serve(recording, seconds)
  })
  afterAll(async () => {
    await browser?.close()
    await stage?.close()
  })

  it('plays, and plays on wherever it is moved to', async () => {
    listener = await browser.openPage()
    expect(Math.abs((await listener.listen(served.url)) - seconds), 'its duration').toBeLessThan(0.1)
    for (const share of [0.85, 0.1, 0.5, 0.95]) {
      const landed = await listener.seek(seconds * share)
      expect(Math.abs(landed - seconds * share), `landed at ${landed} s`).toBeLessThan(0.1)
    }
    // From the start, so that all of it has been heard.
    await listener.seek(0)
    expect(Math.abs((await listener.playToEnd()) - seconds)).toBeLessThan(0.1)
  })

  it('asks for ranges, and on condition that the clip is the same', () => {
    const [first, ...others] = answered(stage.proxy.exchanges)
    expect(first?.asked).toMatchObject({ range: 'bytes=0-' })
    expect(first?.answered['etag']).toMatch(/^"[^"]+"$/)
    expect(others).not.toEqual([])
    for (const {
      asked,
      status,
      answered: { etag, 'content-range': range },
    } of others) {
      expect(asked['if-range']).toBe(first?.answered['etag'])
      expect({ status, etag }).toEqual({ status: 206, etag: first?.answered['etag'] })
      expect(`${asked['range']}/${served.bytes.length}`).toBe(range?.replace('bytes ', 'bytes='))
    }
  })

  it('hears again what it has heard without asking for anything', async () => {
    stage.proxy.forget()
    listener = await browser.openPage()
    await listener.listen(served.url)
    for (const share of [0.9, 0.2, 0.6, 0.95]) await listener.seek(seconds * share)
    await listener.playToEnd()
    expect(inShort(stage.proxy.exchanges)).toEqual([])
  })

  it('gives what it has heard to a script without asking for anything', async () => {
    expect(await listener.read(served.url)).toMatchObject({ status: 200, sha256: served.sha256 })
    const part = await listener.read(served.url, { Range: 'bytes=100-199' })
    expect(part).toMatchObject({ status: 206, size: 100 })
    expect(inShort(stage.proxy.exchanges)).toEqual([])
  })

  it('is told that there is nothing new when it has to ask, and takes it again when it has to', async () => {
    const checked = await listener.read(served.url, {}, 'no-cache')
    expect(checked).toMatchObject({ status: 200, sha256: served.sha256 })
    expect(inShort(stage.proxy.exchanges)).toEqual([expect.stringMatching(/ 304 0$/)])
    stage.proxy.forget()
    await listener.read(served.url, {}, 'reload')
    expect(inShort(stage.proxy.exchanges)).toEqual([`GET undefined 200 ${served.bytes.length}`])
  })
})

/** Without those that the browser no longer wanted before there was an answer. */
function answered(exchanges: Exchange[]): Exchange[] {
  return exchanges.filter(({ status }) => status !== 0)
}

function inShort(exchanges: Exchange[]): string[] {
  return exchanges.map(({ method, asked, status, sent }) => `${method} ${asked['range']} ${status} ${sent}`)
}
