/** A page of another origin plays a clip, and its script may read the headers. */
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { openBrowser, type Browser, type Listener } from './listener.ts'
import { mp3 } from './longClips.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

let stage: Stage
let browser: Browser
let served: ServedClip
let page: Listener

beforeAll(async () => {
  stage = await setStage(inject('clipsUrl'))
  browser = await openBrowser()
  served = await stage.serve(mp3, 60)
})
beforeEach(async () => {
  stage.proxy.forget()
  page = await browser.openPage()
})
afterAll(async () => {
  await browser?.close()
  await stage?.close()
})

const asked = () => stage.proxy.exchanges.map(({ method }) => method)

/** Not from the browser's cache. */
const readNew = async (headers: Record<string, string>) => await page.read(served.url, headers, 'no-store')

it('plays with crossorigin="anonymous", and the script gets the sound', async () => {
  expect(Math.abs((await page.listen(served.url, 'anonymous')) - 60)).toBeLessThan(0.1)
  await page.seek(10)
  expect(await page.overhear()).toBeGreaterThan(0.01)
})

it('plays without crossorigin, and the script gets silence', async () => {
  await page.listen(served.url)
  await page.seek(10)
  expect(await page.overhear()).toBe(0)
})

it.each(['bytes=100-199', 'bytes=100-'])('reads %s and its headers without a preflight', async (range) => {
  const size = range.endsWith('-') ? served.bytes.length - 100 : 100
  const answer = await readNew({ Range: range })
  expect(answer).toMatchObject({ status: 206, size })
  expect(answer.headers).toMatchObject({
    'accept-ranges': 'bytes',
    'content-length': String(size),
    'content-range': `bytes 100-${size + 99}/${served.bytes.length}`,
    etag: expect.stringMatching(/^"[^"]+"$/),
    'repr-digest': `sha-256=:${Buffer.from(served.sha256, 'hex').toString('base64')}:`,
  })
  expect(asked()).toEqual(['GET'])
})

it('reads several ranges, and a suffix, after a preflight', async () => {
  const several = await readNew({ Range: 'bytes=100-199,5000-5099' })
  expect(several.status).toBe(206)
  expect(several.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=/)
  expect(asked()).toEqual(['OPTIONS', 'GET'])
  const end = await readNew({ Range: 'bytes=-100' })
  expect(end).toMatchObject({ status: 206, size: 100 })
})

it('reads a range with If-Range, after a preflight', async () => {
  const { headers } = await readNew({})
  stage.proxy.forget()
  const same = await readNew({ Range: 'bytes=0-99', 'If-Range': headers['etag'] ?? '' })
  expect(same).toMatchObject({ status: 206, size: 100 })
  expect(asked()).toEqual(['OPTIONS', 'GET'])
  const another = await readNew({ Range: 'bytes=0-99', 'If-Range': '"another"' })
  expect(another).toMatchObject({ status: 200, sha256: served.sha256 })
})

it('reads the size from a 416', async () => {
  const beyond = await readNew({ Range: `bytes=${served.bytes.length}-` })
  expect(beyond.status).toBe(416)
  expect(beyond.headers['content-range']).toBe(`bytes */${served.bytes.length}`)
})
