/**
 * The CPU time of an analysis for each second of sound, by format, beside `ffmpeg -af ebur128=peak=true` on the same file in
 * the same run; then the memory for an hour of sound: `npm run bench:analysis -- [--seconds 60] [--rounds 5] [--hour]`.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { uploadWays } from '../../e2e/curl.ts'
import { output } from '../../e2e/run.ts'
import { startProduct } from '../../e2e/startProduct.ts'
import { openMemoryGauge } from '../memoryGrowth.ts'
import { cpuSeconds, findWorkerProcess } from '../workerProcess.ts'
import { startWorker } from '../startWorker.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '5' },
    hour: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)

/** Each is a file, its encoding, and how many channels it has. */
const formats: [file: string, encoding: string, channels: number][] = [
  ['MP3.mp3', '-b:a 128k', 2],
  ['AAC.m4a', '-c:a aac -b:a 128k', 2],
  ['ALAC.m4a', '-c:a alac', 2],
  ['FLAC.flac', '-c:a flac', 2],
  ['Vorbis.ogg', '-c:a libvorbis -q:a 4', 2],
  ['Opus.opus', '-c:a libopus -b:a 96k', 2],
  ['PCM.wav', '-c:a pcm_s16le', 2],
  ['A-law.wav', '-c:a pcm_alaw', 2],
  ['IMA ADPCM.wav', '-c:a adpcm_ima_wav', 2],
  ['MS ADPCM.wav', '-c:a adpcm_ms', 2],
]

/** Chords, noise and pauses, of changing level. */
const sound = (lasting: number) => [
  '-f',
  'lavfi',
  '-i',
  "aevalsrc='(0.3*sin(2*PI*220*t)+0.2*sin(2*PI*277*t)+0.2*(random(0)-0.5))*(0.3+0.7*gt(mod(t,4),1))|" +
    `(0.3*sin(2*PI*331*t)+0.2*sin(2*PI*1661*t)+0.2*(random(1)-0.5))*(0.3+0.7*gt(mod(t,3),1))':s=44100:d=${lasting}`,
]

const Clip = z.object({ id: z.string(), analysis: z.string() })

const folder = await mkdtemp(join(tmpdir(), 'clips-analysis-'))
try {
  await compareWithFfmpeg()
  if (values.hour) await measureHour()
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

async function compareWithFfmpeg(): Promise<void> {
  const worker = await startWorker(folder, 'analysis/worker.ts')
  try {
    const { pid } = await findWorkerProcess(worker.pid)
    console.log(
      '| format | analysis, ms a second | ffmpeg, ms a second | ratio |\n| --- | ---: | ---: | ---: |',
    )
    for (const [file, encoding, channels] of formats) {
      const path = join(folder, file)
      await output('ffmpeg', ['-v', 'error', '-y', ...sound(seconds), ...encoding.split(' '), path])
      const body = new Uint8Array(await readFile(path))
      const analyse = async (times: number) => {
        const query = new URLSearchParams({
          seconds: String(seconds),
          channels: String(channels),
          rounds: String(times),
        })
        const response = await fetch(`${worker.url}/?${query.toString()}`, { method: 'POST', body })
        const states = z.array(z.string()).parse(await response.json())
        if (states.some((state) => state !== 'done')) throw new Error(`${file}: ${states.join(', ')}`)
      }
      // Loads the decoder, and lets the engine compile what is hot.
      await analyse(1)
      const ours: number[] = []
      const theirs: number[] = []
      for (let round = 0; round < rounds; round++) {
        const before = cpuSeconds(pid)
        await analyse(1)
        ours.push(cpuSeconds(pid) - before)
        theirs.push(await ffmpegCpuSeconds(path))
      }
      const [analysis, ffmpeg] = [perSecond(ours), perSecond(theirs)]
      console.log(
        `| ${file.replace(/\.\w+$/, '')} | ${analysis.toFixed(2)} | ${ffmpeg.toFixed(2)} | ${(analysis / ffmpeg).toFixed(2)} |`,
      )
    }
  } finally {
    await worker.stop()
  }
}

/** Milliseconds for each second of sound: the least of the rounds, because what else the machine does only adds to them. */
function perSecond(cpu: number[]): number {
  return (Math.min(...cpu) * 1000) / seconds
}

/** User and system time of ffmpeg, as its own report says. */
async function ffmpegCpuSeconds(path: string): Promise<number> {
  const measured = ['-nostats', '-threads', '1', '-i', path, '-af', 'ebur128=peak=true', '-f', 'null', '-']
  const script = '"$@" 2>/dev/null; times'
  const times = (await output('bash', ['-c', script, '-', 'ffmpeg', '-v', 'quiet', ...measured])).toString()
  const children = times.trim().split('\n').at(-1) ?? ''
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  )
}

/** The memory of the product while an hour of MP3 is uploaded, and then while it is analysed. */
async function measureHour(): Promise<void> {
  const path = join(folder, 'hour.mp3')
  await output('ffmpeg', ['-v', 'error', '-y', ...sound(3600), '-b:a', '128k', path])
  const product = await startProduct(await mkdtemp(join(folder, 'state-')), '--no-demo')
  const gauge = await openMemoryGauge(product.pid)
  try {
    const { pid } = await findWorkerProcess(product.pid)
    const sent = { path, title: 'An hour', contentType: 'audio/mpeg' }
    let clip = { id: '', analysis: 'pending' }
    const upload = await gauge.peakDuring(async () => {
      clip = Clip.parse(JSON.parse((await uploadWays['its bytes'](sent, product.url)).body))
    })
    const before = cpuSeconds(pid)
    const analysis = await gauge.peakDuring(async () => {
      while (clip.analysis === 'pending') {
        await delay(500)
        clip = Clip.parse(await (await fetch(`${product.url}/api/clips/${clip.id}`)).json())
      }
    })
    const mb = (bytes: number) => (bytes / 1e6).toFixed(1)
    console.log(
      `\nAn hour of MP3 (${mb((await stat(path)).size)} MB): ${clip.analysis}, ${(cpuSeconds(pid) - before).toFixed(1)} s of CPU. ` +
        `The memory of the Worker, at most: ${mb(upload.worker)} MB in the upload, ${mb(analysis.worker)} MB in the analysis.`,
    )
  } finally {
    gauge.close()
    await product.stop()
  }
}
