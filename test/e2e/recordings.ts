/** Half a minute of tones and noise whose loudness varies, in every format, made by ffmpeg. */
import { join } from 'node:path'
import { output } from './run.ts'

export type Recording = { file: string; contentType: string; encoding: string[] }

export const recordings: Recording[] = [
  { file: 'constant.mp3', contentType: 'audio/mpeg', encoding: ['-b:a', '128k'] },
  { file: 'variable-xing.mp3', contentType: 'audio/mpeg', encoding: ['-q:a', '5'] },
  {
    file: 'variable-no-xing.mp3',
    contentType: 'audio/mpeg',
    encoding: ['-q:a', '5', '-write_xing', '0', '-id3v2_version', '0'],
  },
  { file: 'aac.m4a', contentType: 'audio/mp4', encoding: ['-c:a', 'aac', '-b:a', '96k'] },
  { file: 'lossless.flac', contentType: 'audio/flac', encoding: [] },
  { file: 'pcm.wav', contentType: 'audio/wav', encoding: [] },
  { file: 'vorbis.ogg', contentType: 'audio/ogg', encoding: ['-c:a', 'libvorbis', '-q:a', '3'] },
  { file: 'opus.opus', contentType: 'audio/ogg', encoding: ['-c:a', 'libopus', '-b:a', '48k'] },
  { file: 'opus.webm', contentType: 'audio/webm', encoding: ['-c:a', 'libopus', '-b:a', '48k'] },
]

/** Silence, tone, noise, both: so that a variable bit rate really varies. */
const sound = [
  '-f',
  'lavfi',
  '-i',
  'sine=frequency=330:sample_rate=48000',
  '-f',
  'lavfi',
  '-i',
  'anoisesrc=color=white:amplitude=0.5:seed=7:sample_rate=48000',
  '-filter_complex',
  "[1]volume='gt(mod(t,11),6)*mod(t,3)/3':eval=frame[noise];[0]volume='gt(mod(t,7),2)':eval=frame[tone];" +
    '[tone][noise]amix=inputs=2,aformat=channel_layouts=stereo',
]

/** Makes the file in `folder`; gives its path. */
export async function record(folder: string, { file, encoding }: Recording, seconds = 31.4): Promise<string> {
  const path = join(folder, file)
  await output('ffmpeg', ['-v', 'error', '-y', ...sound, '-t', String(seconds), ...encoding, path])
  return path
}

/** What ffprobe says that the file lasts, in seconds. */
export async function statedDuration(path: string): Promise<number> {
  const entries = ['-show_entries', 'format=duration', '-of', 'csv=p=0']
  return Number((await output('ffprobe', ['-v', 'error', ...entries, path])).toString())
}

/** What the file lasts when it is decoded, sample by sample, in seconds. */
export async function decodedDuration(path: string): Promise<number> {
  const rate = 48_000
  const samples = ['-f', 's16le', '-ac', '1', '-ar', String(rate), '-']
  return (await output('ffmpeg', ['-v', 'error', '-i', path, ...samples])).length / 2 / rate
}
