/** mpv plays from a position to the end, with the same samples as from a local file. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bytesPerSecond, flac, m4a, mp3, wav } from './longClips.ts'
import { runProgram } from './programs.ts'
import { bytesSent } from './recordingProxy.ts'
import { setStage, type ServedClip, type Stage } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage(inject('clipsUrl'))
})
afterAll(async () => await stage?.close())

describe.each([wav, flac, m4a, mp3])('$file', (recording) => {
  let served: ServedClip

  beforeAll(async () => {
    served = await stage.serve(recording, 60)
  })

  it('is played from its fiftieth second to its end', async () => {
    const heard = await heardFrom(50, served.url)
    expect(Math.abs(heard.length / bytesPerSecond - 10)).toBeLessThan(0.1)
    expect(heard.equals(await heardFrom(50, served.file))).toBe(true)
  })

  it('has its last second played on a real-time device', async () => {
    await play('--ao=null', '--start=-1', served.url)
  })
})

it('does not read a whole WAV for its last seconds, and plays the right samples', async () => {
  const { bytes, url } = await stage.serve(wav, 60)
  stage.proxy.forget()
  const heard = await heardFrom(-2, url)
  expect(heard.equals(bytes.subarray(-2 * bytesPerSecond))).toBe(true)
  expect(bytesSent(stage.proxy.exchanges)).toBeLessThan(bytes.length / 5)
})

/** The samples from a position to the end. */
async function heardFrom(start: number, source: string): Promise<Buffer> {
  const file = join(stage.folder, 'heard.pcm')
  await play('--ao=pcm', '--ao-pcm-waveheader=no', `--ao-pcm-file=${file}`, `--start=${start}`, source)
  return await readFile(file)
}

async function play(...args: string[]): Promise<void> {
  const format = ['--audio-format=s16', '--audio-samplerate=48000', '--audio-channels=stereo']
  const ran = await runProgram('mpv', '--no-config', '--no-video', ...format, ...args)
  expect(ran.exitCode, ran.stderr).toBe(0)
  expect(ran.stdout.toString()).toContain('Exiting... (End of file)')
}
