/** wavesurfer.js draws a clip from our peaks, without fetching the audio for it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { mp3 } from './longClips.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

let stage: Stage
let browser: Browser
let served: ServedClip
let waveformUrl: string

const Analysed = z.object({ waveform_url: z.url().nullable() })

beforeAll(async () => {
  stage = await setStage(inject('clipsUrl'))
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  served = await stage.serve(mp3, 20)
  let found: string | null = null
  while (found === null) {
    await delay(200)
    const clip: unknown = await (await fetch(`${inject('clipsUrl')}/api/clips/${served.clip.id}`)).json()
    found = Analysed.parse(clip).waveform_url
  }
  waveformUrl = found
})
afterAll(async () => {
  await browser?.close()
  await stage?.close()
})

it('takes the peaks as they are', async () => {
  const page = await browser.newPage()
  await page.setContent('<div id="wave"></div>')
  const library = join(import.meta.dirname, '../../../node_modules/wavesurfer.js/dist/wavesurfer.min.js')
  await page.addScriptTag({ content: await readFile(library, 'utf8') })
  stage.proxy.forget()
  const drawn: unknown = await page.evaluate(`(async () => {
    const { data, bits } = await (await fetch(${JSON.stringify(waveformUrl)})).json()
    const player = WaveSurfer.create({
      container: '#wave',
      peaks: [data.map((value) => value / 2 ** (bits - 1))],
      duration: ${served.clip.duration},
    })
    await new Promise((resolve) => setTimeout(resolve, 500))
    const canvas = document.querySelector('#wave > div').shadowRoot.querySelector('canvas')
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
    const painted = pixels.filter((value, index) => index % 4 === 3 && value > 0).length
    return { duration: player.getDuration(), painted: painted / (pixels.length / 4) }
  })()`)
  const { duration, painted } = z.object({ duration: z.number(), painted: z.number() }).parse(drawn)
  expect(Math.abs(duration - served.clip.duration)).toBeLessThan(0.01)
  expect(painted).toBeGreaterThan(0.05)
  expect(stage.proxy.exchanges).toEqual([])
  await page.close()
})
