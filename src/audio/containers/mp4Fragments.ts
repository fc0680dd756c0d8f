/** The fragments of an MP4 file (ISO/IEC 14496-12 §8.8): what a track's samples in them last together. */
import type { ByteSource } from '../byteSource.ts'
import { dataView } from './bytes.ts'
import { findBox, type Box, type Tree } from './mp4Boxes.ts'
import {
  readDefaults,
  readFragment,
  readFragmentHeader,
  readRun,
  visitRun,
  type SampleDefaults,
} from './mp4Runs.ts'

/**
 * Where a track's samples in all fragments end, in units of the track. A fragment says when it begins (`tfdt`): recorders
 * put a wrong duration at the last sample before the next one. What is in front of the first fragment does not count.
 */
export async function sumFragments(
  source: ByteSource,
  moov: Tree,
  fragments: Box[],
  trackId: number,
): Promise<number> {
  const defaults = await readDefaults(source, moov, trackId)
  const span: Span = { begin: undefined, end: 0 }
  for (const moof of fragments) {
    await addFragment(source, await readFragment(source, moof), trackId, defaults, span)
  }
  return span.end - (span.begin ?? 0)
}

/** The time of the first fragment, and where the last one ends. */
type Span = { begin: number | undefined; end: number }

async function addFragment(
  source: ByteSource,
  moof: Tree,
  trackId: number,
  defaults: SampleDefaults,
  span: Span,
): Promise<void> {
  for (const traf of moof.children) {
    const tfhd = traf.type === 'traf' ? findBox(traf, 'tfhd') : undefined
    if (!tfhd) continue
    const header = await readFragmentHeader(source, tfhd)
    if (header.trackId !== trackId) continue
    let sum = 0
    for (const box of traf.children) {
      if (box.type === 'trun') sum += await sumRun(source, box, header.sampleUnits ?? defaults.sampleUnits)
    }
    const declared = await readDecodeTime(source, findBox(traf, 'tfdt'))
    // A step back is a mistake of the writer, such as 0 in each fragment: this one goes on where the last one ends.
    const isStepBack = span.begin !== undefined && (declared ?? 0) < span.end - sum / 2
    const begin = declared === undefined || isStepBack ? span.end : declared
    span.begin ??= begin
    span.end = begin + sum
  }
}

/** `tfdt`: when the samples of a fragment begin (§8.8.12). */
async function readDecodeTime(source: ByteSource, box: Box | undefined): Promise<number | undefined> {
  if (!box) return undefined
  const view = dataView(await source.bytes(box.offset, Math.min(12, box.end - box.offset)))
  return view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4)
}

async function sumRun(source: ByteSource, box: Box, sampleUnits: number): Promise<number> {
  const run = await readRun(source, box)
  if (run.unitsAt === undefined) return run.count * sampleUnits
  const { unitsAt } = run
  let sum = 0
  await visitRun(source, run, (view, at) => {
    sum += view.getUint32(at + unitsAt)
  })
  return sum
}
