/**
 * Each format, uploaded and analysed by the running product, against ffmpeg: every point of the waveform within 2 of 127, the
 * loudness within 0.1 LU, the true peak within 0.2 dB.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import WaveformData from 'waveform-data'
import { z } from 'zod'
import { uploadWays } from './curl.ts'
import { output, run } from './run.ts'

const url = inject('clipsUrl')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-analysis-'))
  for (const layout of ['mono', 'stereo', '5.1']) {
    await output('ffmpeg', ['-v', 'error', ...makeSound(layout), '-c:a', 'pcm_f32le', sourceOf(layout)])
  }
})
afterAll(async () => await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))

/** Each is a file, how it is encoded, the layout of its channels, and how long it is. */
const files: [file: string, encoding: string, layout?: string, seconds?: number][] = [
  // Several windows of R2 each: up to 256 KiB, 512 KiB, then 1 MiB.
  ['long.mp3', '-b:a 320k', 'stereo', 50],
  ['long.m4a', '-c:a aac -b:a 480k -aac_pns 0', 'stereo', 25],
  [
    'long-fragmented.m4a',
    '-c:a alac -movflags frag_keyframe+empty_moov -frag_duration 2000000',
    'stereo',
    30,
  ],
  ['long.aac', '-c:a aac -b:a 480k -aac_pns 0', 'stereo', 25],
  ['long.flac', '-c:a flac', 'stereo', 30],
  ['long.oga', '-c:a flac -f ogg', 'stereo', 30],
  ['long.ogg', '-c:a libvorbis -b:a 450k', 'stereo', 40],
  ['long.opus', '-c:a libopus -b:a 500k', 'stereo', 40],
  ['long.webm', '-c:a libopus -b:a 500k', 'stereo', 40],
  ['long.mka', '-c:a pcm_s16le', 'stereo', 20],
  ['long.wav', '-c:a pcm_s16le', 'stereo', 20],
  ['long.aiff', '-c:a pcm_s16be', 'stereo', 20],
  ['long.caf', '-c:a alac', 'stereo', 30],
  ['variable.mp3', '-q:a 4'],
  ['no-header.mp3', '-b:a 128k -write_xing 0 -id3v2_version 0'],
  ['joint.mp3', '-b:a 64k -joint_stereo 1'],
  ['mono-22050.mp3', '-b:a 48k -ar 22050', 'mono'],
  ['mono-8000.mp3', '-b:a 16k -ar 8000', 'mono'],
  ['layer-2.mp2', '-c:a mp2 -b:a 192k'],
  ['aac.m4a', '-c:a aac -b:a 160k -aac_pns 0'],
  ['mono.m4a', '-c:a aac -b:a 64k -aac_pns 0', 'mono'],
  ['surround.m4a', '-c:a aac -b:a 320k -aac_pns 0', '5.1'],
  [
    'fragmented.m4a',
    '-c:a aac -b:a 128k -aac_pns 0 -movflags frag_keyframe+empty_moov -frag_duration 1000000',
  ],
  ['alac.m4a', '-c:a alac'],
  ['alac-24.m4a', '-c:a alac -sample_fmt s32p'],
  ['24.flac', '-c:a flac -sample_fmt s32'],
  ['surround.flac', '-c:a flac', '5.1'],
  ['surround.ogg', '-c:a libvorbis -q:a 4', '5.1'],
  ['vorbis.webm', '-c:a libvorbis -q:a 4'],
  ['speech.opus', '-c:a libopus -b:a 24k -application voip', 'mono'],
  ['surround.opus', '-c:a libopus -b:a 256k -mapping_family 1', '5.1'],
  ['opus.mp4', '-c:a libopus -b:a 96k'],
  ['8.wav', '-c:a pcm_u8'],
  ['24.wav', '-c:a pcm_s24le -ar 96000'],
  ['32.wav', '-c:a pcm_s32le'],
  ['float.wav', '-c:a pcm_f32le'],
  ['mu-law.wav', '-c:a pcm_mulaw -ar 8000', 'mono'],
  ['a-law.wav', '-c:a pcm_alaw'],
  ['ima.wav', '-c:a adpcm_ima_wav'],
  ['ms.wav', '-c:a adpcm_ms'],
  ['ima4.aifc', '-c:a adpcm_ima_qt -f aiff'],
  ['mu-law.aifc', '-c:a pcm_mulaw -f aiff'],
  ['16.caf', '-c:a pcm_s16be'],
]

/** Notes, noise and pauses whose level varies; each channel has another mixture. */
function makeSound(layout: string): string[] {
  const channels = { mono: 1, stereo: 2, '5.1': 6 }[layout] ?? 2
  const pitches = [220, 331, 277, 55, 415, 494].slice(0, channels)
  const each = pitches.map(
    (pitch, nth) =>
      `(0.32*sin(2*PI*${pitch}*t)*(0.2+gt(mod(t,${2 + nth}),1))+0.12*sin(2*PI*${pitch * 5.3}*t)+` +
      `0.15*(random(${nth})-0.5)*lt(mod(t,5),2))*lt(mod(t,7),6.2)`,
  )
  return [
    '-f',
    'lavfi',
    '-i',
    `aevalsrc=exprs='${each.join('|')}':c=${layout}:s=44100:d=${layout === 'stereo' ? 50 : 6.3}`,
  ]
}

/** The file with that sound. */
function sourceOf(layout: string): string {
  return join(folder, `source-${layout}.wav`)
}

const Levels = z.object({ loudness: z.number(), loudness_range: z.number(), peak: z.number() })
const Analysed = Levels.extend({ analysis: z.literal('done'), waveform_url: z.url() })

async function upload(path: string, title: string): Promise<string> {
  const answer = await uploadWays['a form']({ path, title, contentType: '' }, url)
  expect(answer.status, answer.body).toBe(201)
  return z.object({ id: z.string() }).parse(JSON.parse(answer.body)).id
}

/** The clip, once its analysis has ended. */
async function ended(id: string): Promise<unknown> {
  for (;;) {
    const clip: unknown = await (await fetch(`${url}/api/clips/${id}`)).json()
    const { analysis } = z.object({ analysis: z.string() }).parse(clip)
    if (analysis !== 'pending') return clip
    await delay(200)
  }
}

/** How ffmpeg reads a file. Its own decoder of Opus differs from libopus, the reference, where speech is coded. */
function reader(path: string): string[] {
  return [...(/opus/.test(path) ? ['-c:a', 'libopus'] : []), '-i', path]
}

/** What ffmpeg measures. */
async function measured(path: string): Promise<z.output<typeof Levels>> {
  const { stderr } = await run('ffmpeg', [
    '-hide_banner',
    '-nostats',
    ...reader(path),
    '-af',
    'ebur128=peak=true',
    '-f',
    'null',
    '-',
  ])
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'))
  const value = (name: string) => Number(new RegExp(`${name}:\\s+(-?[\\d.]+|-?inf)`).exec(summary)?.[1])
  return { loudness: value('I'), loudness_range: value('LRA'), peak: value('Peak') }
}

/** Lowest and highest value of each point of ffmpeg's decoded samples, mixed into one channel. */
async function referencePeaks(path: string, samplesPerPixel: number, channels: number): Promise<number[]> {
  const raw = await output('ffmpeg', ['-v', 'error', ...reader(path), '-f', 'f32le', '-'])
  const samples = new Float32Array(raw.buffer, raw.byteOffset, Math.floor(raw.byteLength / 4))
  const frames = samples.length / channels
  const peaks: number[] = []
  for (let from = 0; from < frames; from += samplesPerPixel) {
    let [low, high] = [Infinity, -Infinity]
    for (let frame = from; frame < Math.min(frames, from + samplesPerPixel); frame++) {
      let mixed = 0
      for (let channel = 0; channel < channels; channel++) mixed += samples[frame * channels + channel] ?? 0
      mixed = Math.max(-1, Math.min(1, mixed / channels))
      low = Math.min(low, mixed)
      high = Math.max(high, mixed)
    }
    peaks.push(low * 128, high * 128)
  }
  return peaks
}

describe.each(files)('%s', (file, encoding, layout = 'stereo', seconds = 6.3) => {
  it('has the waveform and the levels that ffmpeg finds', async () => {
    const path = join(folder, file)
    const from = ['-i', sourceOf(layout), '-t', String(seconds)]
    await output('ffmpeg', ['-v', 'error', '-y', ...from, ...encoding.split(' '), path])
    const clip = Analysed.parse(await ended(await upload(path, file)))
    const expected = await measured(path)
    expect(
      Math.abs(clip.loudness - expected.loudness),
      `${clip.loudness}, not ${expected.loudness} LUFS`,
    ).toBeLessThan(0.15)
    expect(Math.abs(clip.loudness_range - expected.loudness_range)).toBeLessThan(0.25)
    expect(Math.abs(clip.peak - expected.peak), `${clip.peak}, not ${expected.peak} dBTP`).toBeLessThan(0.25)

    const binary = { Accept: 'application/octet-stream' }
    const waveform = WaveformData.create(
      await (await fetch(clip.waveform_url, { headers: binary })).arrayBuffer(),
    )
    expect(waveform.channels).toBe(1)
    const channels = { mono: 1, stereo: 2, '5.1': 6 }[layout] ?? 2
    const reference = await referencePeaks(path, waveform.scale, channels)
    const points = Array.from({ length: waveform.length }, (_, nth) => [
      waveform.channel(0).min_sample(nth),
      waveform.channel(0).max_sample(nth),
    ]).flat()
    // ffmpeg plays the padding at the end of some files: up to a frame of AAC.
    expect((Math.abs(points.length - reference.length) / 2 - 1) * waveform.scale).toBeLessThanOrEqual(1024)
    const common = Math.min(points.length, reference.length) - 4
    const furthest = Math.max(
      ...points.slice(0, common).map((point, nth) => Math.abs(point - (reference[nth] ?? 0))),
    )
    expect(furthest).toBeLessThanOrEqual(2)
  })
})

it('lets others listen while a long clip is analysed', async () => {
  const path = join(folder, 'ten-minutes.mp3')
  const noise = ['-f', 'lavfi', '-i', 'anoisesrc=color=pink:sample_rate=44100:duration=600']
  await output('ffmpeg', ['-v', 'error', '-y', ...noise, '-ac', '2', '-b:a', '128k', path])
  const short = join(folder, 'short.wav')
  await output('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine', '-t', '1', short])
  const other = await upload(short, 'Another clip')
  await ended(other)
  const id = await upload(path, 'Ten minutes')
  let heard = 0
  for (;;) {
    const part = await fetch(`${url}/api/clips/${other}/stream`, { headers: { Range: 'bytes=0-999' } })
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 1000])
    const clip: unknown = await (await fetch(`${url}/api/clips/${id}`)).json()
    if (z.object({ analysis: z.string() }).parse(clip).analysis !== 'pending') break
    heard++
  }
  // It takes some hundred pauses. Without them, nothing is heard until it has ended.
  expect(heard).toBeGreaterThan(10)
})

// `npm run dev` runs the decoders as a module of their own, whose classes are others than those of the main module.
it('is unsupported where the decoder refuses the track', async () => {
  const path = join(folder, 'ambisonics.opus')
  const encoding = '-c:a libopus -ac 4 -mapping_family 2'
  await output('ffmpeg', ['-v', 'error', '-y', '-i', sourceOf('mono'), ...encoding.split(' '), path])
  expect(await ended(await upload(path, 'ambisonics'))).toMatchObject({ analysis: 'unsupported' })
}, 20_000)
