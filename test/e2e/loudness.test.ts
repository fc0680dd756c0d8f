/** The meters of sound against ffmpeg's `ebur128`, and against points that are computed from what ffmpeg decodes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSoundMeter, type Measured } from '../../src/sound/soundMeter.ts'
import type { Speaker } from '../../src/sound/speakers.ts'
import {
  decibels,
  faded,
  music,
  pinkNoise,
  sampled,
  tone,
  whiteNoise,
  type Signal,
} from '../support/signals.ts'
import { output } from './run.ts'

const layouts: Record<string, Speaker[]> = {
  mono: ['M'],
  stereo: ['L', 'R'],
  '5.1': ['L', 'R', 'C', 'LFE', 'Ls', 'Rs'],
}
const seconds = 20
const sounds: Record<string, (channel: number) => Signal> = {
  music: (channel) => music(0.8 - channel / 10, channel + 1),
  'clipped music': (channel) => clipped(music(3, channel + 1)),
  'white noise': (channel) => whiteNoise(0.9, channel + 7),
  'pink noise, louder and softer': (channel) => {
    const noise = pinkNoise(1, channel + 3)
    return (at) => noise(at) * decibels(5 * Math.cos(at / 4))
  },
  'a high tone': (channel) => faded(tone(3700 - channel, 0.7, 40), seconds),
}
const cases = [
  ...casesOf(
    ['mono', 'stereo'],
    [8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000],
    Object.keys(sounds),
  ),
  ...casesOf(['5.1'], [8000, 44100, 48000, 96000], ['music', 'white noise']),
  // ffmpeg measures the true peak at 192 kHz. Of these rates that is one or two values a sample, at changing places: what
  // it finds of the shortest peaks, those of noise, is a matter of luck.
  ...casesOf(['stereo'], [88200, 176400], ['music', 'a high tone']),
  ...casesOf(['stereo'], [192000], ['music', 'white noise']),
]
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-loudness-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

describe('as ffmpeg measures', () => {
  it.each(cases)('$sound at $rate Hz, $layout', async ({ rate, layout, sound }) => {
    const channels = synthesised({ rate, layout, sound })
    const ours = measured(channels, rate, layout)
    const theirs = await measuredByFfmpeg(channels, rate, layout)
    expect(Math.abs((ours.loudness ?? -70) - theirs.loudness)).toBeLessThan(0.1)
    expect(Math.abs((ours.loudnessRange ?? 0) - theirs.loudnessRange)).toBeLessThan(0.2)
    expect(Math.abs((ours.truePeak ?? -Infinity) - theirs.truePeak)).toBeLessThan(0.2)
  })
})

function casesOf(ofLayouts: string[], rates: number[], ofSounds: string[]) {
  return ofLayouts.flatMap((layout) =>
    rates.flatMap((rate) => ofSounds.map((sound) => ({ rate, layout, sound }))),
  )
}

function clipped(signal: Signal): Signal {
  return (at) => Math.max(-0.98, Math.min(0.98, signal(at)))
}

function synthesised({
  rate,
  layout,
  sound,
}: {
  rate: number
  layout: string
  sound: string
}): Float32Array[] {
  return (layouts[layout] ?? []).map((_, channel) =>
    sampled(sounds[sound]?.(channel) ?? (() => 0), rate, seconds),
  )
}

function measured(channels: Float32Array[], sampleRate: number, layout: string): Measured {
  const length = channels[0]?.length ?? 0
  const meter = createSoundMeter({ sampleRate, speakers: layouts[layout] ?? [], expectedSamples: length })
  for (let at = 0; at < length; at += 1152) meter.add(channels, at, Math.min(at + 1152, length))
  return meter.finish()
}

async function measuredByFfmpeg(channels: Float32Array[], sampleRate: number, layout: string) {
  const file = join(folder, 'sound.f32')
  await writeFile(file, interleaved(channels))
  const filter = 'ebur128=peak=true:metadata=1,ametadata=mode=print:file=-'
  const format = ['-f', 'f32le', '-ar', String(sampleRate), '-channel_layout', layout]
  const printed = await output('ffmpeg', [
    '-v',
    'error',
    ...format,
    '-i',
    file,
    '-af',
    filter,
    '-f',
    'null',
    '-',
  ])
  const lines = printed.toString().split('\n')
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`lavfi.r128.${name}`)).map((line) => Number(line.split('=')[1]))
  return {
    loudness: values('I=').at(-1) ?? Number.NaN,
    loudnessRange: values('LRA=').at(-1) ?? Number.NaN,
    truePeak: 20 * Math.log10(Math.max(...values('true_peaks_ch'))),
  }
}

function interleaved(channels: Float32Array[]): Float32Array {
  const length = channels[0]?.length ?? 0
  const samples = new Float32Array(length * channels.length)
  for (const [channel, values] of channels.entries()) {
    for (let at = 0; at < length; at++) samples[at * channels.length + channel] = values[at] ?? 0
  }
  return samples
}
