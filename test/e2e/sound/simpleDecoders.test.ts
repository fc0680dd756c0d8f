/** The plain decoders against ffmpeg: it encodes, both decode, and the samples are the same. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PcmSample, SoundTrack } from '../../../src/audio/containers/sound.ts'
import { openAlac } from '../../../src/sound/decoders/alac.ts'
import { openCompanded } from '../../../src/sound/decoders/companded.ts'
import type { Decoder } from '../../../src/sound/decoders/decoder.ts'
import { openImaAdpcm } from '../../../src/sound/decoders/imaAdpcm.ts'
import { openMsAdpcm } from '../../../src/sound/decoders/msAdpcm.ts'
import { openPcm } from '../../../src/sound/decoders/pcm.ts'
import { output } from '../run.ts'

type Opens = (track: Omit<SoundTrack, 'coding'>, file: Buffer) => Promise<Decoder>
type Case = {
  /** The file's name, whose end is the container. */
  file: string
  encoding: string[]
  layout: string
  open: Opens
  /** How much a sample may differ. */
  tolerance?: number
}

/** A tone of its own in each channel; noise, tone and noise, then nothing. */
function sound(layout: string): string[] {
  const channels = { mono: 1, stereo: 2, '5.1': 6, '7.1(wide)': 8 }[layout] ?? 0
  const channel = (number: number): string =>
    `0.4*sin(${110 * (number + 1)}*2*PI*t)*between(t,0.2,0.6)+0.9*(random(${number})-0.5)*lt(t,0.4)`
  const formula = Array.from({ length: channels }, (_, number) => channel(number)).join('|')
  return ['-f', 'lavfi', '-i', `aevalsrc='${formula}':c=${layout}:s=44100:d=0.9`]
}

function pcm(container: string, name: string, type: PcmSample['type'], bytes: PcmSample['bytes']): Case {
  const bigEndian = name.endsWith('be')
  return {
    file: `${name}.${container}`,
    encoding: ['-c:a', `pcm_${name}`],
    layout: 'stereo',
    open: (track) => openPcm({ ...track, coding: { codec: 'pcm', sample: { type, bytes, bigEndian } } }),
  }
}

/** The configuration is the second `alac` in the sample description: the first one is the name of the sample entry. */
function alac(file: string, layout: string, format: string): Case {
  return {
    file,
    encoding: ['-c:a', 'alac', '-sample_fmt', format],
    layout,
    open: (track, bytes) => {
      const at = bytes.indexOf('alac', bytes.indexOf('alac', bytes.indexOf('stsd')) + 4) + 8
      return openAlac({ ...track, coding: { codec: 'alac', config: bytes.subarray(at, at + 24) } })
    },
  }
}

/** Where the `fmt ` chunk of a WAV has the size of its blocks. */
const blockBytesOf = (file: Buffer): number => file.readUInt16LE(file.indexOf('fmt ') + 8 + 12)

const openWaveIma: Opens = (track, file) =>
  openImaAdpcm({
    ...track,
    coding: { codec: 'ima-adpcm', layout: 'wav', blockBytes: blockBytesOf(file), bits: 4 },
  })
const openQuicktimeIma: Opens = (track) =>
  openImaAdpcm({
    ...track,
    coding: { codec: 'ima-adpcm', layout: 'quicktime', blockBytes: 34 * track.channels, bits: 4 },
  })
const openWaveMs: Opens = (track, file) =>
  openMsAdpcm({
    ...track,
    coding: { codec: 'ms-adpcm', blockBytes: blockBytesOf(file), coefficients: [] },
  })

/**
 * In WAV, ffmpeg 5 rounds a difference as a whole, where the IMA's paper, sox and libsndfile round its parts. What that makes
 * adds up until the block ends.
 */
const tolerance = 1 / 256

const cases: Case[] = [
  pcm('wav', 'u8', 'unsigned', 1),
  pcm('wav', 's16le', 'signed', 2),
  pcm('wav', 's24le', 'signed', 3),
  pcm('wav', 's32le', 'signed', 4),
  pcm('wav', 's64le', 'signed', 8),
  pcm('wav', 'f32le', 'float', 4),
  pcm('wav', 'f64le', 'float', 8),
  pcm('aiff', 's8', 'signed', 1),
  pcm('aiff', 's16be', 'signed', 2),
  pcm('aiff', 's24be', 'signed', 3),
  pcm('aiff', 's32be', 'signed', 4),
  pcm('aiff', 'f32be', 'float', 4),
  pcm('aiff', 'f64be', 'float', 8),
  {
    file: 'mulaw.wav',
    encoding: ['-c:a', 'pcm_mulaw'],
    layout: 'stereo',
    open: (track) => openCompanded({ ...track, coding: { codec: 'mulaw' } }),
  },
  {
    file: 'alaw.wav',
    encoding: ['-c:a', 'pcm_alaw'],
    layout: 'stereo',
    open: (track) => openCompanded({ ...track, coding: { codec: 'alaw' } }),
  },
  ...['mono', 'stereo'].flatMap((layout): Case[] => [
    { file: `ima-${layout}.wav`, encoding: ['-c:a', 'adpcm_ima_wav'], layout, open: openWaveIma, tolerance },
    { file: `ima-${layout}.mov`, encoding: ['-c:a', 'adpcm_ima_qt'], layout, open: openQuicktimeIma },
    { file: `ima-${layout}.aiff`, encoding: ['-c:a', 'adpcm_ima_qt'], layout, open: openQuicktimeIma },
    { file: `ms-${layout}.wav`, encoding: ['-c:a', 'adpcm_ms'], layout, open: openWaveMs },
    alac(`alac-${layout}.m4a`, layout, 's16p'),
    alac(`alac-${layout}-24.m4a`, layout, 's32p'),
  ]),
  alac('alac-5.1.m4a', '5.1', 's16p'),
  alac('alac-5.1-24.m4a', '5.1', 's32p'),
  alac('alac-7.1.m4a', '7.1(wide)', 's16p'),
]

/** The order of ffmpeg's channels. */
const ffmpegOrder = ['M', 'L', 'R', 'C', 'LFE', 'Ls', 'Rs', 'Lc', 'Rc']

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-decoders-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

it.each(cases)('$file is decoded as ffmpeg does', async ({ file, encoding, layout, open, ...may }) => {
  const path = join(folder, file)
  await output('ffmpeg', ['-v', 'error', '-y', ...sound(layout), ...encoding, path])
  const expected = floats(await output('ffmpeg', ['-v', 'error', '-i', path, '-f', 'f32le', '-']))
  const { samples, channels } = await decodeFile(path, open)
  expect(samples.length).toBeGreaterThanOrEqual(expected.length)
  // A last block of ADPCM is filled up.
  expect(samples.length - expected.length).toBeLessThan(4096 * channels)
  expect(greatestDifference(samples, expected)).toBeLessThanOrEqual(may.tolerance ?? 0)
})

function floats(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, index) => bytes.readFloatLE(index * 4))
}

/** All samples of a file, with its channels in ffmpeg's order and in turn. */
async function decodeFile(path: string, open: Opens): Promise<{ samples: number[]; channels: number }> {
  const file = await readFile(path)
  const probe = ['-v', 'error', '-of', 'csv=p=0', '-show_entries']
  const channels = Number((await output('ffprobe', [...probe, 'stream=channels', path])).toString())
  const places = (await output('ffprobe', [...probe, 'packet=size,pos', path])).toString().trim().split('\n')
  const decoder = await open({ channels, sampleRate: 44_100, skipSamples: 0 }, file)
  const order = decoder.speakers
    .map((speaker, index) => ({ place: ffmpegOrder.indexOf(speaker), index }))
    .sort((a, b) => a.place - b.place)
  const all: number[] = []
  for (const place of places) {
    const [size = 0, at = 0] = place.split(',').map(Number)
    const { channels: planes, samples, isDamaged } = decoder.decode(file.subarray(at, at + size))
    expect(isDamaged).toBe(false)
    for (let sample = 0; sample < samples; sample++) {
      for (const { index } of order) all.push(planes[index]?.[sample] ?? Number.NaN)
    }
  }
  return { samples: all, channels }
}

function greatestDifference(samples: number[], expected: Float32Array): number {
  return expected.reduce((greatest, value, index) => {
    return Math.max(greatest, Math.abs(value - (samples[index] ?? Number.NaN)))
  }, 0)
}
