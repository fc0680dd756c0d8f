import { spawnSync } from 'node:child_process'
import { extname } from 'node:path'
import type { Signal } from './sound/signal.ts'

export type Recording = { channels: Signal[]; sampleRateHz: number }
export type EmbeddedTags = { title: string; artist: string; genre: string }

// Rates low enough that all six clips together stay light to clone and to upload.
const encodingOf: Readonly<Record<string, string[]>> = {
  '.mp3': ['-c:a', 'libmp3lame', '-b:a', '64k', '-id3v2_version', '3', '-write_xing', '1'],
  '.m4a': ['-c:a', 'aac', '-b:a', '48k', '-movflags', '+faststart'],
  '.flac': ['-c:a', 'flac', '-compression_level', '12'],
  '.opus': ['-c:a', 'libopus', '-b:a', '42k'],
  '.ogg': ['-c:a', 'libvorbis', '-q:a', '0'],
  '.wav': ['-c:a', 'pcm_s16le'],
}

// ffmpeg otherwise writes its own version into the file, and reruns would differ from machine to machine.
const bitExact = ['-fflags', '+bitexact', '-flags:a', '+bitexact']

function interleavedSamples(channels: Signal[]): Int16Array {
  const frameCount = channels[0]?.length ?? 0
  const samples = new Int16Array(frameCount * channels.length)
  channels.forEach((signal, channelIndex) => {
    signal.forEach((sample, frame) => {
      samples[frame * channels.length + channelIndex] = Math.round(sample * 32767)
    })
  })
  return samples
}

export function encode(path: string, { channels, sampleRateHz }: Recording, tags: EmbeddedTags): void {
  const encoding = encodingOf[extname(path)]
  if (encoding === undefined) throw new Error(`No encoding is known for ${path}`)
  const source = ['-f', 's16le', '-ar', String(sampleRateHz), '-ac', String(channels.length), '-i', 'pipe:0']
  const metadata = Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`])
  const run = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-y', ...source, ...encoding, ...bitExact, ...metadata, path],
    {
      input: new Uint8Array(interleavedSamples(channels).buffer),
      encoding: 'utf8',
    },
  )
  if (run.error !== undefined) {
    const isMissing = 'code' in run.error && run.error.code === 'ENOENT'
    throw new Error(isMissing ? 'ffmpeg was not found: install it and run this again' : run.error.message)
  }
  if (run.status !== 0) throw new Error(`ffmpeg could not write ${path}: ${run.stderr.trim()}`)
}
