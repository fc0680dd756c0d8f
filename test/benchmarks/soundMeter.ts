/**
 * What measuring sound costs, beside ffmpeg's `ebur128` on the same samples: `npm exec -- node test/benchmarks/soundMeter.ts`.
 * Prints milliseconds of CPU for each second of sound: of the first run, which compiles the code, and of the best.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSoundMeter } from '../../src/sound/soundMeter.ts'
import type { Speaker } from '../../src/sound/speakers.ts'
import { music, pinkNoise, sampled, tone, type Signal } from '../support/signals.ts'

const seconds = 30
const packetSamples = 1152
const stereo: Speaker[] = ['L', 'R']
const surround: Speaker[] = ['L', 'R', 'C', 'LFE', 'Ls', 'Rs']
const limited =
  (signal: Signal): Signal =>
  (at) =>
    Math.max(-0.97, Math.min(0.97, signal(at)))
const sounds: [name: string, rate: number, speakers: Speaker[], signal: (channel: number) => Signal][] = [
  ['music, 44.1 kHz stereo', 44_100, stereo, (channel) => music(0.8, channel + 1)],
  ['loud noise, 44.1 kHz stereo', 44_100, stereo, (channel) => limited(pinkNoise(3, channel + 1))],
  ['tones, 44.1 kHz stereo', 44_100, stereo, (channel) => tone(3700 - 1000 * channel, 0.7)],
  ['silence, 44.1 kHz stereo', 44_100, stereo, () => () => 0],
  ['music, 8 kHz mono', 8000, ['M'], (channel) => music(0.8, channel + 1)],
  ['music, 48 kHz 5.1', 48_000, surround, (channel) => music(0.8, channel + 1)],
  ['music, 192 kHz stereo', 192_000, stereo, (channel) => music(0.8, channel + 1)],
]

function measure(channels: Float32Array[], sampleRate: number, speakers: Speaker[]): number {
  const start = process.cpuUsage()
  const length = channels[0]?.length ?? 0
  const meter = createSoundMeter({ sampleRate, speakers, expectedSamples: length })
  for (let at = 0; at < length; at += packetSamples) {
    meter.add(channels, at, Math.min(at + packetSamples, length))
  }
  meter.finish()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000 / seconds
}

/** The whole process, so a little more than the filter. */
function measureByFfmpeg(channels: Float32Array[], sampleRate: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'clips-meter-'))
  const file = join(folder, 'sound.f32')
  const length = channels[0]?.length ?? 0
  const samples = new Float32Array(length * channels.length)
  for (let at = 0; at < samples.length; at++) {
    samples[at] = channels[at % channels.length]?.[Math.floor(at / channels.length)] ?? 0
  }
  writeFileSync(file, samples)
  const input = ['-f', 'f32le', '-ar', String(sampleRate), '-ac', String(channels.length), '-i', file]
  const filter = ['-af', 'ebur128=peak=true', '-c:a', 'pcm_f64le', '-f', 'null', '-']
  const program = ['ffmpeg', '-v', 'error', '-threads', '1', '-filter_threads', '1', ...input, ...filter]
  // bash writes the times to its standard error, ffmpeg writes nothing.
  const timed = ['-c', 'TIMEFORMAT="%U %S"; { time "$@"; } 2>&1', 'bash', ...program]
  const times = execFileSync('bash', timed, { encoding: 'utf8' }).trim().split(' ')
  rmSync(folder, { recursive: true })
  return (1000 * times.reduce((sum, time) => sum + Number(time), 0)) / seconds
}

for (const [name, rate, speakers, signal] of sounds) {
  const channels = speakers.map((_, channel) => sampled(signal(channel), rate, seconds))
  const runs = Array.from({ length: 4 }, () => measure(channels, rate, speakers))
  const figures = [runs[0] ?? 0, Math.min(...runs), measureByFfmpeg(channels, rate)].map((ms) =>
    ms.toFixed(1),
  )
  console.log(`${name}: first ${figures[0]}, best ${figures[1]}, ffmpeg ${figures[2]}`)
}
