/** Where the samples of an MP4 track are in the file (ISO/IEC 14496-12 §8.7 and §8.8). */
import type { ByteSource } from '../byteSource.ts'
import { dataView } from './bytes.ts'
import { findBox, readTable, type Box, type Tree } from './mp4Boxes.ts'
import { readDefaults, readFragment, readFragmentHeader, readRun, visitRun, type Run } from './mp4Runs.ts'
import { readUniformSize, visitSizes } from './mp4Sizes.ts'
import type { SampleBlocks } from './sampleBlocks.ts'
import { cutBlocks, maxTableBytes, type Place } from './soundPackets.ts'
import { damaged } from './survey.ts'

/** Samples that follow each other in the file: a chunk, or a run of a fragment. `sizes` may be one for all. */
export type Stretch = { at: number; count: number; sizes: Uint32Array | number }

/** Samples that are blocks of one size are cut anew: a sample of PCM has a few bytes. */
export function* placesIn(stretches: Iterable<Stretch>, blocks: SampleBlocks | undefined): Generator<Place> {
  for (const { at, count, sizes } of stretches) {
    if (typeof sizes === 'number' && blocks) {
      yield* cutBlocks(at, Math.round(count * sizes), blocks)
      continue
    }
    let next = at
    for (let index = 0; index < count; index++) {
      const bytes = typeof sizes === 'number' ? sizes : (sizes[index] ?? 0)
      yield { at: next, bytes }
      next += bytes
    }
  }
}

/** The chunks of a track. Its tables are read whole, because they are elsewhere in the file than the samples. */
export async function readChunkStretches(
  source: ByteSource,
  stbl: Tree,
  count: number,
  blocks: SampleBlocks | undefined,
): Promise<Iterable<Stretch>> {
  const size = sampleSize(await readUniformSize(source, stbl), blocks)
  const offsets = await readOffsets(source, stbl)
  const runs = await readChunkRuns(source, findBox(stbl, 'stsc'))
  const sizes = size > 0 ? undefined : new Uint32Array(withinMemory(count))
  let index = 0
  if (sizes) {
    await visitSizes(source, stbl, count, (bytes) => {
      sizes[index++] = bytes
    })
  }
  return chunksOf(offsets, runs, count, sizes ?? size)
}

/**
 * The size of all samples; 0 if each has its own. Of blocks, QuickTime counts what they are decoded to, and declares any size:
 * only one of whole blocks counts.
 */
export function sampleSize(declared: number, blocks: SampleBlocks | undefined): number {
  if (!blocks || declared % blocks.bytes === 0) return declared
  return blocks.bytes / blocks.samples
}

function* chunksOf(
  offsets: Float64Array,
  runs: Uint32Array,
  count: number,
  sizes: Uint32Array | number,
): Generator<Stretch> {
  let [sample, run] = [0, 0]
  for (let chunk = 0; chunk < offsets.length && sample < count; chunk++) {
    // The first chunk of the next run has the number 1 if it is the first one of all.
    while (run + 2 < runs.length && (runs[run + 2] ?? 0) <= chunk + 1) run += 2
    const samples = Math.min(runs[run + 1] ?? 0, count - sample)
    const within = typeof sizes === 'number' ? sizes : sizes.subarray(sample, sample + samples)
    yield { at: offsets[chunk] ?? 0, count: samples, sizes: within }
    sample += samples
  }
}

/** `stco` and `co64`: where each chunk is. */
async function readOffsets(source: ByteSource, stbl: Tree): Promise<Float64Array> {
  const [stco, co64] = [findBox(stbl, 'stco'), findBox(stbl, 'co64')]
  const box = stco ?? co64
  const count = box ? await countOf(source, box) : 0
  const offsets = new Float64Array(withinMemory(2 * count) / 2)
  let index = 0
  await readTable(source, box, 4, stco ? 4 : 8, (view, at) => {
    offsets[index++] = stco ? view.getUint32(at) : Number(view.getBigUint64(at))
  })
  return offsets
}

/** `stsc`: pairs of the first chunk of a run, and how many samples each of its chunks has. */
async function readChunkRuns(source: ByteSource, stsc: Box | undefined): Promise<Uint32Array> {
  const runs = new Uint32Array(withinMemory(stsc ? 2 * (await countOf(source, stsc)) : 0))
  let index = 0
  await readTable(source, stsc, 4, 12, (view, at) => {
    runs[index++] = view.getUint32(at)
    runs[index++] = view.getUint32(at + 4)
  })
  return runs
}

async function countOf(source: ByteSource, box: Box): Promise<number> {
  return dataView(await source.bytes(box.offset, 8)).getUint32(4)
}

/** A number of 32-bit entries, if a table of them may be in memory. */
function withinMemory(entries: number): number {
  if (entries * 4 > maxTableBytes) throw damaged('It has too many parts.')
  return entries
}

/** The runs of each fragment, one fragment at a time. */
export async function* readFragmentStretches(
  source: ByteSource,
  moov: Tree,
  fragments: Box[],
  trackId: number,
): AsyncGenerator<Stretch[]> {
  const defaults = await readDefaults(source, moov, trackId)
  for (const moof of fragments) {
    const stretches: Stretch[] = []
    for (const traf of (await readFragment(source, moof)).children) {
      const tfhd = traf.type === 'traf' ? findBox(traf, 'tfhd') : undefined
      const header = tfhd && (await readFragmentHeader(source, tfhd))
      if (header?.trackId !== trackId) continue
      const base = header.base ?? moof.start
      let next = base
      for (const box of traf.children) {
        if (box.type !== 'trun') continue
        const run = await readRun(source, box)
        const sizes = await readRunSizes(source, run, header.sampleBytes ?? defaults.sampleBytes)
        const at = run.dataOffset === undefined ? next : base + run.dataOffset
        stretches.push({ at, count: run.count, sizes })
        next = at + bytesOf(run.count, sizes)
      }
    }
    yield stretches
  }
}

async function readRunSizes(
  source: ByteSource,
  run: Run,
  defaultBytes: number,
): Promise<Uint32Array | number> {
  const { bytesAt, count } = run
  if (bytesAt === undefined) return defaultBytes
  const sizes = new Uint32Array(withinMemory(count))
  let index = 0
  await visitRun(source, run, (view, at) => {
    sizes[index++] = view.getUint32(at + bytesAt)
  })
  return sizes
}

function bytesOf(count: number, sizes: Uint32Array | number): number {
  return typeof sizes === 'number' ? count * sizes : sizes.reduce((sum, bytes) => sum + bytes, 0)
}
