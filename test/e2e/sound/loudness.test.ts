/** The meters of sound against ffmpeg's `ebur128`, and against points that are computed from what ffmpeg decodes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSoundMeter, type Measured } from '../../../src/sound/soundMeter.ts'
import type { Speaker } from '../../../src/sound/speakers.ts'
import {
  decibels,
  faded,
  music,
  pinkNoise,
  sampled,
  tone,
  whiteNoise,
  type Signal,
} from '../../support/signals.ts'
import { output } from '../run.ts'

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

describe('the points of the waveform', () => {
  it.each([
    { rate: 8000, layout: 'mono', sound: 'music', mix: 'c0' },
    { rate: 44100, layout: 'stereo', sound: 'music', mix: '0.5*c0+0.5*c1' },
    { rate: 48000, layout: 'stereo', sound: 'white noise', mix: '0.5*c0+0.5*c1' },
    {
      rate: 48000,
      layout: '5.1',
      sound: 'music',
      mix: Array.from({ length: 6 }, (_, c) => `0.16667*c${c}`).join('+'),
    },
  ])('are those of what ffmpeg mixes: $sound at $rate Hz, $layout', async ({ mix, ...which }) => {
    const channels = synthesised(which)
    const { waveform, samples } = measured(channels, which.rate, which.layout)
    const mono = await mixedByFfmpeg(channels, which, mix)
    expect(samples).toBe(mono.length)
    for (let point = 0; point < waveform.data.length / 2; point++) {
      const values = mono.subarray(point * waveform.samplesPerPixel, (point + 1) * waveform.samplesPerPixel)
      const [low, high] = waveform.data.subarray(2 * point)
      expect(Math.abs((low ?? 0) - Math.min(...values) / 256)).toBeLessThan(2)
      expect(Math.abs((high ?? 0) - Math.max(...values) / 256)).toBeLessThan(2)
    }
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

/** What ffmpeg reads: the samples, as a file, and what they are. */
async function inputOf(channels: Float32Array[], sampleRate: number, layout: string): Promise<string[]> {
  const file = join(folder, 'sound.f32')
  await writeFile(file, interleaved(channels))
  return ['-v', 'error', '-f', 'f32le', '-ar', String(sampleRate), '-channel_layout', layout, '-i', file]
}

async function mixedByFfmpeg(
  channels: Float32Array[],
  { rate, layout }: { rate: number; layout: string },
  mix: string,
): Promise<Int16Array> {
  const input = await inputOf(channels, rate, layout)
  const bytes = await output('ffmpeg', [...input, '-af', `pan=mono|c0=${mix}`, '-f', 's16le', '-'])
  return new Int16Array(Uint8Array.from(bytes).buffer)
}

async function measuredByFfmpeg(channels: Float32Array[], sampleRate: number, layout: string) {
  const input = await inputOf(channels, sampleRate, layout)
  const filter = 'ebur128=peak=true:metadata=1,ametadata=mode=print:file=-'
  const printed = await output('ffmpeg', [...input, '-af', filter, '-f', 'null', '-'])
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
