/**
 * The memory of the Worker while 1 MB to 95 MB are uploaded and streamed: `npm exec -- node test/benchmarks/memory.ts`.
 * Each way gets a process of its own, because what an allocator keeps from one upload hides the next one's need.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uploadWays } from '../e2e/curl.ts'
import { Clip } from '../e2e/library.ts'
import { output } from '../e2e/run.ts'
import { startProduct, type RunningServer } from '../e2e/startProduct.ts'
import { openMemoryGauge, type Memory } from './memoryGrowth.ts'
import { startWorker } from './startWorker.ts'

const sizesInMb = [1, 24, 48, 95] as const
type Row = { what: string; growths: Memory[] }
/** Moves the file of that many MB, in or out. */
type Move = (url: string, mb: number) => Promise<void>

const folder = await mkdtemp(join(tmpdir(), 'clips-memory-'))
try {
  await makeFiles()
  const rows = [...(await measureProduct()), ...(await measureBareStore())]
  console.log(table(rows))
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

async function measureProduct(): Promise<Row[]> {
  const rows: Row[] = []
  /** Where the clip of that many MB is streamed from, on the last state. */
  const addresses = new Map<number, string>()
  let state = ''
  for (const [way, send] of Object.entries(uploadWays)) {
    state = await mkdtemp(join(folder, 'state-'))
    const upload: Move = async (url, mb) => {
      const answer = await send({ path: fileOf(mb), title: `${mb} MB`, contentType: 'audio/wav' }, url)
      if (answer.status !== 201) throw new Error(answer.body)
      addresses.set(mb, new URL(Clip.parse(JSON.parse(answer.body)).audio_url).pathname)
    }
    rows.push(await measure(`Clips: upload as ${way}`, await startProduct(state, '--no-demo'), upload))
  }
  for (const atOnce of [2, 4]) {
    const upload: Move = async (url, mb) => {
      const sent = { path: fileOf(mb), title: `${mb} MB`, contentType: 'audio/wav' }
      const answers = await Promise.all(
        Array.from({ length: atOnce }, async () => await uploadWays['its bytes'](sent, url)),
      )
      for (const { status, body } of answers) if (status !== 201) throw new Error(body)
    }
    const fresh = await mkdtemp(join(folder, 'state-'))
    rows.push(
      await measure(`Clips: ${atOnce} uploads at once`, await startProduct(fresh, '--no-demo'), upload),
    )
  }
  const speeds = { 'Clips: stream': [], 'Clips: stream to a slow listener': ['--limit-rate', '20M'] }
  for (const [what, options] of Object.entries(speeds)) {
    const stream: Move = async (url, mb) => await download(`${url}${addresses.get(mb)}`, mb, options)
    rows.push(await measure(what, await startProduct(state, '--no-demo'), stream))
  }
  return rows
}

async function measureBareStore(): Promise<Row[]> {
  const state = await mkdtemp(join(folder, 'state-'))
  const put: Move = async (url, mb) => {
    await output('curl', ['-sSf', '-T', fileOf(mb), `${url}/${mb}`])
  }
  const get: Move = async (url, mb) => await download(`${url}/${mb}`, mb)
  return [
    await measure('Bare Worker: `put(key, request.body)`', await startBareStore(state), put),
    await measure('Bare Worker: `new Response(object.body)`', await startBareStore(state), get),
  ]
}

async function measure(what: string, product: RunningServer, move: Move): Promise<Row> {
  console.error(what)
  try {
    const gauge = await openMemoryGauge(product.pid)
    // The first time, code is compiled and loaded.
    await move(product.url, sizesInMb[0])
    const growths: Memory[] = []
    for (const mb of sizesInMb)
      growths.push(await gauge.growthDuring(async () => await move(product.url, mb)))
    gauge.close()
    return { what, growths }
  } finally {
    await product.stop()
  }
}

async function download(url: string, mb: number, options: string[] = []): Promise<void> {
  const written = await output('curl', [...options, '-sSf', '-o', '/dev/null', '-w', '%{size_download}', url])
  if (Number(written.toString()) < mb * 1e6) throw new Error(`${url} gave ${written.toString()} bytes`)
}

function fileOf(mb: number): string {
  return join(folder, `${mb}.wav`)
}

/** Noise as 16-bit stereo PCM at 48 kHz: 192 000 bytes a second. */
async function makeFiles(): Promise<void> {
  for (const mb of sizesInMb) {
    const noise = ['-f', 'lavfi', '-i', 'anoisesrc=sample_rate=48000', '-t', String((mb * 1e6) / 192_000)]
    await output('ffmpeg', ['-v', 'error', '-y', ...noise, '-ac', '2', fileOf(mb)])
  }
}

function table(rows: Row[]): string {
  const parts = ['process', 'worker', 'storage'] as const
  const names = { process: 'workerd (RSS)', worker: "the Worker's isolate", storage: "R2 stand-in's isolate" }
  const columns = parts.flatMap((part) => sizesInMb.map((mb) => `${names[part]}, ${mb} MB`))
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const figures = ({ growths }: Row) =>
    parts.flatMap((part) => growths.map((growth) => (growth[part] / 1e6).toFixed(1)))
  return [
    'Peak growth over the idle level, in MB. RSS is the whole workerd process: the Worker, the stand-in for R2,',
    'their native buffers, and what the allocator keeps. An isolate is its JavaScript heap and its ArrayBuffers.',
    '',
    line(['', ...columns]),
    line(['---', ...columns.map(() => '---:')]),
    ...rows.map((row) => line([row.what, ...figures(row)])),
  ].join('\n')
}

/** The least Worker that keeps audio in R2. */
async function startBareStore(state: string): Promise<RunningServer> {
  return await startWorker(state, 'bareStore.ts', {
    r2_buckets: [{ binding: 'BUCKET', bucket_name: 'clips' }],
  })
}
