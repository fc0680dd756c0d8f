/** What draws waveforms reads ours: BBC's waveform-data the files, a browser the picture. */
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WaveformData from 'waveform-data'
import { encodeWaveform, waveformJson } from '../../../src/sound/peaksFile.ts'
import { createPeakMeter } from '../../../src/sound/peaks.ts'
import { waveformSvg } from '../../../src/sound/waveformSvg.ts'
import { music, sampled } from '../../support/signals.ts'

const sampleRate = 44_100
const seconds = 20
const channels = [1, 2].map((seed) => sampled(music(0.8, seed), sampleRate, seconds))
const meter = createPeakMeter({ sampleRate, speakers: ['L', 'R'] }, sampleRate * seconds)
meter.add(channels, 0, sampleRate * seconds)
const { waveform } = meter.finish()
const lows = [...waveform.data].filter((_, index) => index % 2 === 0)
const highs = [...waveform.data].filter((_, index) => index % 2 === 1)

describe('waveform-data', () => {
  it.each([
    ['.dat', () => WaveformData.create(encodeWaveform(waveform).buffer)],
    ['JSON', () => WaveformData.create(JSON.parse(JSON.stringify(waveformJson(waveform))))],
  ])('reads %s', (_, read) => {
    const data = read()
    expect(data).toMatchObject({ sample_rate: sampleRate, channels: 1, bits: 8, length: lows.length })
    expect(data.scale).toBe(waveform.samplesPerPixel)
    expect(data.duration).toBeCloseTo(seconds, 1)
    expect(data.channel(0).min_array()).toEqual(lows)
    expect(data.channel(0).max_array()).toEqual(highs)
  })

  it('draws it at another width', () => {
    const narrow = WaveformData.create(encodeWaveform(waveform).buffer).resample({
      width: 200,
    })
    expect(Math.abs(narrow.length - 200)).toBeLessThan(3)
    expect(Math.max(...narrow.channel(0).max_array())).toBe(Math.max(...highs))
  })

  it('reads a waveform without points', () => {
    const data = WaveformData.create(encodeWaveform({ ...waveform, data: new Int8Array() }).buffer)
    expect(data.length).toBe(0)
  })
})

describe('in Chromium', () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    })
  })
  afterAll(async () => await browser?.close())
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 800, height: 200 } })
  })

  it.each(['white', 'black'])('the picture is seen on %s, as high as the sound', async (background) => {
    const svg = waveformSvg(waveform)
    const source = `data:image/svg+xml,${encodeURIComponent(svg)}`
    await page.setContent(
      `<!doctype html><body style="margin:0;background:${background}"><img src="${source}" width="800" height="200">`,
    )
    expect(
      await page.evaluate(`document.images[0].decode().then(() => document.images[0].naturalWidth)`),
    ).toBe(1200)
    const blue = await page.evaluate(`(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 256 })
      const context = canvas.getContext('2d')
      context.drawImage(document.images[0], 0, 0, 300, 256)
      const { data } = context.getImageData(0, 0, 300, 256)
      return Array.from({ length: 300 }, (_, x) =>
        Array.from({ length: 256 }, (_, y) => data[4 * (300 * y + x) + 3]).filter((alpha) => alpha > 60).length)
    })()`)
    const heights = Array.from({ length: 300 }, (_, bar) => {
      const [from, to] = [bar, bar + 1].map((edge) => Math.floor((edge * lows.length) / 300))
      return Math.max(2, Math.max(0, ...highs.slice(from, to)) - Math.min(0, ...lows.slice(from, to)))
    })
    expect(blue).toEqual(heights.map((height) => expect.closeTo(height, -1)))
  })
})
