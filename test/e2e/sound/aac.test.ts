/** The AAC decoder beside ffmpeg's: the same samples, of what two encoders make, at every sample rate and for every layout. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aacRates } from '../../../src/audio/containers/decoderConfig.ts'
import { openAac } from '../../../src/sound/aac/openAac.ts'
import type { Speaker } from '../../../src/sound/speakers.ts'
import { type AacStream, readAdts } from '../../support/adts.ts'
import { bandLevels, signalToNoise } from './compareSound.ts'
import { output } from '../run.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-aac-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const fixtures = join(import.meta.dirname, '../../fixtures')
const ffmpeg = (...args: string[]): Promise<Buffer> => output('ffmpeg', ['-v', 'error', '-y', ...args])

/** Sources of ffmpeg, without their rate. Each brings other tools of the encoders. */
const signals = {
  music:
    'aevalsrc=0.3*sin(1382*t)*exp(-3*mod(t\\,0.5))+0.2*sin(7753*t)+0.02*random(0)|0.3*sin(2073*t)*exp(-5*mod(t\\,0.25))+0.2*sin(7753*t)+0.02*random(1):d=1.2',
  clicks:
    'aevalsrc=0.8*sin(1131*t)*exp(-60*mod(t\\,0.07))+0.1*random(0)|0.5*random(1)*exp(-90*mod(t\\,0.09)):d=1.2',
  noise: 'anoisesrc=d=1.2:a=0.5:seed=3,tremolo=f=15:d=1,aformat=channel_layouts=stereo',
  voice:
    'aevalsrc=0.5*sin(942*t)*pow(sin(408*t)\\,8)*(0.6+0.4*sin(19*t))|0.4*sin(942*t+0.1)*pow(sin(408*t)\\,8):d=1.2',
  sweep: 'aevalsrc=0.5*sin(3000*t*t)|0.3*cos(5000*t*t):d=1.2',
}
type Signal = keyof typeof signals

const source = (signal: Signal, rate: number): string[] => [
  '-f',
  'lavfi',
  '-i',
  `${signals[signal]},aresample=${rate}`,
]

/** Planar samples. */
type Sound = Float32Array[]

async function decodedByFfmpeg(path: string, channels: number): Promise<Sound> {
  const raw = await ffmpeg('-i', path, '-f', 'f32le', '-')
  const samples = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength))
  const sound = Array.from({ length: channels }, () => new Float32Array(samples.length / channels))
  for (let at = 0; at < samples.length; at++) sound[at % channels]![Math.floor(at / channels)] = samples[at]!
  return sound
}

type Ours = { sound: Sound; speakers: Speaker[]; isCoreOnly: boolean }

async function decodedByUs({ packets, track }: AacStream): Promise<Ours> {
  const decoder = await openAac(track)
  const sound = decoder.speakers.map(() => new Float32Array(packets.length * 1024))
  for (const [index, packet] of packets.entries()) {
    const { channels, samples, isDamaged } = decoder.decode(packet)
    expect({ samples, isDamaged }).toEqual({ samples: 1024, isDamaged: false })
    for (const [channel, values] of sound.entries()) values.set(channels[channel]!, index * 1024)
  }
  return { sound, speakers: decoder.speakers, isCoreOnly: decoder.isCoreOnly }
}

/** Expects the same samples, in stereo and mono. */
async function expectSame(path: string): Promise<void> {
  const { sound } = await decodedByUs(readAdts(await readFile(path)))
  const wanted = await decodedByFfmpeg(path, sound.length)
  for (const [channel, values] of sound.entries()) {
    expect(values.length).toBe(wanted[channel]!.length)
    expect(signalToNoise(values, wanted[channel]!)).toBeGreaterThan(90)
  }
}

async function encode(signal: Signal, rate: number, ...options: string[]): Promise<string> {
  const path = join(folder, `${signal}-${rate}-${options.join('')}.aac`)
  await ffmpeg(...source(signal, rate), '-c:a', 'aac', ...options, path)
  return path
}

describe("what ffmpeg's encoder makes", () => {
  it.each(aacRates)('sounds the same at %i Hz, in stereo and mono', async (rate) => {
    await expectSame(await encode('music', rate, '-aac_pns', '0', '-b:a', String(rate * 2)))
    await expectSame(await encode('clicks', rate, '-aac_pns', '0', '-ac', '1', '-b:a', String(rate)))
  })

  it.each<[Signal, string]>([
    ['clicks', '-aac_coder twoloop -b:a 64k'],
    ['clicks', '-aac_coder fast -b:a 96k -aac_is 0'],
    ['noise', '-aac_coder fast -b:a 64k'],
    ['noise', '-b:a 320k -aac_tns 0'],
    ['noise', '-b:a 48k -aac_ms 1'],
    ['voice', '-b:a 32k -aac_is 1'],
    ['voice', '-b:a 24k -aac_ms 0 -aac_tns 1'],
    ['sweep', '-b:a 128k -aac_ms 1 -aac_is 0'],
    ['music', '-profile:a aac_main -aac_pred 1 -b:a 128k'],
    ['clicks', '-profile:a aac_main -aac_pred 1 -b:a 96k -aac_is 1'],
    ['sweep', '-profile:a mpeg2_aac_low -b:a 96k'],
  ])('sounds the same: %s, %s', async (signal, options) => {
    await expectSame(await encode(signal, 44100, ...options.split(' '), '-aac_pns', '0'))
  })

  // The noise itself is left to the decoder.
  it.each<[Signal, string]>([
    ['noise', '-b:a 32k'],
    ['clicks', '-b:a 48k'],
    ['music', '-b:a 48k -ac 1'],
    ['noise', '-b:a 64k -profile:a aac_main -aac_pred 1'],
  ])('is as loud in every band where it is noise: %s, %s', async (signal, options) => {
    const path = await encode(signal, 44100, ...options.split(' '), '-aac_pns', '1')
    const { sound } = await decodedByUs(readAdts(await readFile(path)))
    const wanted = await decodedByFfmpeg(path, sound.length)
    for (const [channel, values] of sound.entries()) {
      const levels = bandLevels(wanted[channel]!)
      for (const [band, level] of bandLevels(values).entries())
        expect(Math.abs(level - levels[band]!)).toBeLessThan(1)
    }
  })
})

/** What ffmpeg calls the loudspeakers, in its order, and what we do. */
const names: Record<string, Speaker[]> = {
  FL: ['L'],
  FR: ['R'],
  FC: ['C', 'M'],
  LFE: ['LFE'],
  BL: ['Ls', 'Lb'],
  BR: ['Rs', 'Rb'],
  FLC: ['Lc'],
  FRC: ['Rc'],
  BC: ['Cb'],
  SL: ['Ls', 'Lb'],
  SR: ['Rs', 'Rb'],
}

describe('the channels', () => {
  // What ffmpeg writes of a layout that has no number is a list in the frames (ADTS) or in the configuration (MP4).
  it.each<[string, string, string[]]>([
    ['mono', 'FC', ['-aac_pce', '1']],
    ['stereo', 'FL FR', ['-aac_pce', '1']],
    ['quad', 'FL FR BL BR', []],
    ['4.0', 'FL FR FC BC', []],
    ['5.0(side)', 'FL FR FC SL SR', []],
    ['5.1', 'FL FR FC LFE BL BR', []],
    ['5.1(side)', 'FL FR FC LFE SL SR', []],
    ['6.0(front)', 'FL FR FLC FRC SL SR', []],
    ['6.1', 'FL FR FC LFE BC SL SR', []],
    ['7.0', 'FL FR FC BL BR SL SR', []],
    ['7.1', 'FL FR FC LFE BL BR SL SR', []],
    ['octagonal', 'FL FR FC BL BR BC SL SR', []],
  ])('of %s are %s, %s', async (layout, order, options) => {
    const speakers = order.split(' ')
    const sines = speakers
      .map((_, place) => `0.2*sin(${1100 + 370 * place}*t)+0.02*random(${place})`)
      .join('|')
    const input = ['-f', 'lavfi', '-i', `aevalsrc='${sines}':d=0.7:s=44100:c='${layout}'`]
    const encoding = ['-c:a', 'aac', '-aac_pns', '0', '-b:a', `${64 * speakers.length}k`, ...options]
    const [adts, mp4] = [join(folder, 'channels.aac'), join(folder, 'channels.m4a')]
    await ffmpeg(...input, ...encoding, adts, ...encoding, mp4)
    const stream = readAdts(await readFile(adts))
    const wanted = await decodedByFfmpeg(adts, speakers.length)
    for (const config of [stream.track.coding.config, await configOf(mp4)]) {
      const track = { ...stream.track, channels: speakers.length, coding: { codec: 'aac' as const, config } }
      const ours = await decodedByUs({ ...stream, track })
      const found = ours.sound.map((values) => wanted.findIndex((other) => signalToNoise(values, other) > 90))
      expect(found.toSorted((a, b) => a - b)).toEqual(speakers.map((_, place) => place))
      for (const [channel, place] of found.entries()) {
        // ffmpeg's encoder lists the centre of the back among others, and its decoder names it otherwise.
        if (speakers.length > 6 && speakers.includes('BC')) continue
        expect(names[speakers[place]!], `channel ${channel}`).toContain(ours.speakers[channel])
      }
    }
  })
})

/** The AudioSpecificConfig of an MP4 file. */
async function configOf(path: string): Promise<Uint8Array> {
  const dump = (await output('ffprobe', ['-v', 'error', '-show_streams', '-show_data', path])).toString()
  const lines = dump
    .split('extradata=\n')[1]!
    .split('\n')
    .map((line) => /^\w{8}: ((?:\w{2,4} )+)/.exec(line)?.[1] ?? '')
  const end = lines.indexOf('')
  return Buffer.from(
    lines
      .slice(0, end === -1 ? undefined : end)
      .join('')
      .replaceAll(' ', ''),
    'hex',
  )
}

describe('what another encoder makes', () => {
  it.each([
    [8000, 1, 'voice', 16_000],
    [16000, 1, 'clicks', 24_000],
    [22050, 2, 'voice', 48_000],
    [32000, 2, 'noise', 64_000],
    [44100, 2, 'clicks', 64_000],
    [44100, 1, 'sweep', 96_000],
    [48000, 2, 'noise', 128_000],
    [96000, 2, 'music', 256_000],
  ] as const)('sounds the same at %i Hz, %i channels: %s', async (rate, channels, signal, bitRate) => {
    const [wav, path] = [join(folder, 'other.wav'), join(folder, 'other.aac')]
    await ffmpeg(...source(signal, rate), '-ac', String(channels), wav)
    const pipeline = `filesrc location=${wav} ! wavparse ! audioconvert ! voaacenc bitrate=${bitRate} ! audio/mpeg,stream-format=adts ! filesink location=${path}`
    await output('gst-launch-1.0', ['-q', ...pipeline.split(' ')])
    await expectSame(path)
  })
})

describe('files of the tests', () => {
  it.each([
    'aac.m4a',
    'adts.aac',
    'fragmented.m4a',
    'aac/transients.aac',
    'aac/joint.aac',
    'aac/main.aac',
    'aac/other.aac',
    'corpus/files/m4a-stts-x10.m4a',
    'corpus/files/macintosh-text.mov',
    'corpus/files/mono-aac.m4a',
    'corpus/files/sgpd-v2.m4a',
    'corpus/files/brand-f4v.m4a',
    'corpus/files/mkv-aac.mka',
    'corpus/files/caf-aac.caf',
  ])('sound the same: %s', async (file) => {
    const path = join(folder, 'fixture.aac')
    await ffmpeg('-i', join(fixtures, file), '-map', '0:a:0', '-c', 'copy', '-f', 'adts', path)
    await expectSame(path)
  })
})
