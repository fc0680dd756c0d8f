/** curl resumes downloads, fetches ranges, and revalidates. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { sha256 } from '../curl.ts'
import { wav } from './longClips.ts'
import { outputOf, runProgram } from './programs.ts'
import { bytesSent } from './recordingProxy.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

let stage: Stage
let served: ServedClip

beforeAll(async () => {
  stage = await setStage(inject('clipsUrl'))
  served = await stage.serve(wav, 60)
})
beforeEach(() => stage.proxy.forget())
afterAll(async () => await stage?.close())

/** The file that curl writes, and the status of the answer. */
async function curl(name: string, ...options: string[]): Promise<{ status: number; file: string }> {
  const file = join(stage.folder, name)
  const output = await outputOf('curl', '-sS', '-w', '%{http_code}', '-o', file, ...options, served.url)
  return { status: Number(output), file }
}

it('-C - resumes a file that is half there', async () => {
  const half = served.bytes.length / 2
  await writeFile(join(stage.folder, 'half.wav'), served.bytes.subarray(0, half))
  const { status, file } = await curl('half.wav', '-C', '-')
  expect(status).toBe(206)
  expect(sha256(await readFile(file))).toBe(served.sha256)
  expect(bytesSent(stage.proxy.exchanges)).toBe(half)
})

it('-C - resumes a download whose connection broke', async () => {
  stage.proxy.cutOnceAfter(served.bytes.length / 2)
  const file = join(stage.folder, 'broken.wav')
  const { exitCode } = await runProgram('curl', '-sS', '-o', file, served.url)
  const partialFile = 18
  expect(exitCode).toBe(partialFile)
  expect((await curl('broken.wav', '-C', '-')).status).toBe(206)
  expect(sha256(await readFile(file))).toBe(served.sha256)
})

it('-C - does not change a complete file', async () => {
  await writeFile(join(stage.folder, 'whole.wav'), served.bytes)
  const { status, file } = await curl('whole.wav', '-C', '-')
  expect(status).toBe(416)
  expect(sha256(await readFile(file))).toBe(served.sha256)
})

it.each([
  { range: '100-199', part: [100, 200] },
  { range: '1000000-', part: [1_000_000, undefined] },
  { range: '-100', part: [-100, undefined] },
] as const)('-r $range takes that part', async ({ range, part }) => {
  const { status, file } = await curl('part', '-r', range)
  expect(status).toBe(206)
  expect((await readFile(file)).equals(served.bytes.subarray(...part))).toBe(true)
})

it('--etag-compare with the tag of --etag-save gets a 304', async () => {
  const tag = join(stage.folder, 'etag')
  expect((await curl('tagged.wav', '--etag-save', tag)).status).toBe(200)
  expect((await readFile(tag, 'utf8')).trim()).toMatch(/^"[^"]+"$/)
  stage.proxy.forget()
  expect((await curl('tagged.wav', '--etag-compare', tag)).status).toBe(304)
  expect(bytesSent(stage.proxy.exchanges)).toBe(0)
  await writeFile(tag, '"another"\n')
  expect((await curl('tagged.wav', '--etag-compare', tag)).status).toBe(200)
})

it('-z with the date of a file gets a 304, and the clip if the file is older', async () => {
  const { file } = await curl('dated.wav', '-R')
  stage.proxy.forget()
  expect((await curl('newer.wav', '-z', file)).status).toBe(304)
  expect(bytesSent(stage.proxy.exchanges)).toBe(0)
  const older = await curl('newer.wav', '-z', 'Mon, 01 Jan 2024 00:00:00 GMT')
  expect(older.status).toBe(200)
  expect(sha256(await readFile(older.file))).toBe(served.sha256)
})
