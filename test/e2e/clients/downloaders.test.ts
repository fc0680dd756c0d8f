/** wget and aria2 download a clip in parts, and get the same bytes. */
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

async function digestOf(name: string): Promise<string> {
  return sha256(await readFile(join(stage.folder, name)))
}

it('wget -c resumes a file that is a third there, and does not change a complete one', async () => {
  const third = Math.floor(served.bytes.length / 3)
  const file = join(stage.folder, 'third.wav')
  await writeFile(file, served.bytes.subarray(0, third))
  await outputOf('wget', '-nv', '-c', '-O', file, served.url)
  expect(await digestOf('third.wav')).toBe(served.sha256)
  expect(bytesSent(stage.proxy.exchanges)).toBe(served.bytes.length - third)
  await outputOf('wget', '-nv', '-c', '-O', file, served.url)
  expect(stage.proxy.exchanges.map(({ status }) => status)).toEqual([206, 416])
  expect(await digestOf('third.wav')).toBe(served.sha256)
})

it('wget resumes by itself after the connection broke', async () => {
  stage.proxy.cutOnceAfter(served.bytes.length / 2)
  await outputOf('wget', '-nv', '-O', join(stage.folder, 'broken.wav'), served.url)
  expect(stage.proxy.exchanges.map(({ status }) => status)).toEqual([200, 206])
  expect(await digestOf('broken.wav')).toBe(served.sha256)
})

it('wget -N does not download an unchanged clip again', async () => {
  await outputOf('wget', '-nv', '-N', '-P', stage.folder, served.url)
  await outputOf('wget', '-nv', '-N', '-P', stage.folder, served.url)
  expect(stage.proxy.exchanges.map(({ status }) => status)).toEqual([200, 304])
  expect(await digestOf('stream')).toBe(served.sha256)
})

it('wget --content-disposition names the file by the title', async () => {
  const folder = join(stage.folder, 'named')
  await outputOf('wget', '-nv', '--content-disposition', '-P', folder, `${served.url}?download=1`)
  expect(await digestOf(`named/${served.clip.title}.wav`)).toBe(served.sha256)
})

const inEight = ['--no-conf', '-x8', '-s8', '-k1M']

it('aria2 downloads over eight connections and checks the digest', async () => {
  const checked = `--checksum=sha-256=${served.clip.audio.sha256}`
  stage.proxy.holdUntilAsked(8)
  await outputOf('aria2c', ...inEight, checked, '-d', stage.folder, '-o', 'eight.wav', served.url)
  expect(await digestOf('eight.wav')).toBe(served.sha256)
  const parts = stage.proxy.exchanges.filter(({ status }) => status === 206)
  expect(parts.length).toBeGreaterThanOrEqual(7)
  for (const { asked, answered } of parts) {
    const range = asked['range']?.replace('bytes=', 'bytes ')
    expect(answered['content-range']).toBe(`${range}/${served.bytes.length}`)
  }
})

it('aria2 rejects a wrong digest', async () => {
  const wrong = `--checksum=sha-256=${'0'.repeat(64)}`
  const ran = await runProgram('aria2c', ...inEight, wrong, '-d', stage.folder, '-o', 'wrong.wav', served.url)
  const checksumError = 32
  expect(ran.exitCode).toBe(checksumError)
})
