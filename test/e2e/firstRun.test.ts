/** The six demo clips of `npm run dev` play everywhere. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import demoClips from '../../src/local/demo/clips.json' with { type: 'json' }
import { openPlayer, type Player } from './chromium.ts'
import { everyClip, type Clip } from './library.ts'
import { run } from './run.ts'

const url = inject('clipsUrl')
const titles = demoClips.map(({ title }) => title)
let clips: Clip[]
let player: Player

beforeAll(async () => {
  clips = await everyClip(url)
  player = await openPlayer()
})
afterAll(async () => await player?.close())

function clipCalled(title: string): Clip {
  const clip = clips.find((one) => one.title === title)
  if (!clip) throw new Error(`"${title}" is not in the library`)
  return clip
}

it('the library has the demo clips', () => {
  expect(titles).toHaveLength(6)
  expect(clips.map(({ title }) => title)).toEqual(expect.arrayContaining(titles))
})

describe.each(titles)('%s', (title) => {
  it('is decoded by ffmpeg without an error', async () => {
    const args = ['-v', 'error', '-i', clipCalled(title).audio_url, '-f', 'null', '-']
    const { exitCode, stderr } = await run('ffmpeg', args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  it('is played by Chromium from start to end', async () => {
    const { audio, audio_url, duration } = clipCalled(title)
    expect(await player.canPlay(audio.content_type), audio.content_type).toBe(true)
    const heard = await player.playToEnd(audio_url)
    expect(Math.abs(heard.duration - duration), `Chromium says ${heard.duration} s`).toBeLessThan(0.2)
    expectPlayed(heard.played, 0, heard.duration)
  })

  it('is played by Chromium from its middle to its end', async () => {
    const { audio_url, duration } = clipCalled(title)
    const heard = await player.playFromMiddle(audio_url)
    expect(Math.abs(heard.landed - duration / 2), `landed at ${heard.landed} s`).toBeLessThan(0.2)
    expectPlayed(heard.played, heard.landed, heard.duration)
  })
})

/** One interval, from about `start` to about `end`. */
function expectPlayed(played: [number, number][], start: number, end: number) {
  expect(played).toHaveLength(1)
  const [[from, to] = [NaN, NaN]] = played
  expect(Math.abs(from - start), `played from ${from} s`).toBeLessThan(0.2)
  expect(Math.abs(to - end), `played to ${to} s`).toBeLessThan(0.2)
}
