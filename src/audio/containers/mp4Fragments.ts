/** The fragments of an MP4 file (ISO/IEC 14496-12 §8.8): what a track's samples in them last together. */
import type { ByteSource } from '../byteSource.ts'
import { dataView } from './bytes.ts'
import { findBox, readTree, type Box, type Tree } from './mp4Boxes.ts'
import { hasFlag, runEntryBytes } from './mp4Counts.ts'
import { damaged } from './survey.ts'

/** The longest `trun`. Real fragments are much shorter. */
const maxRunBytes = 4 * 1024 * 1024

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
  const sampleUnits = await readDefault(source, moov, trackId)
  const span: Span = { begin: undefined, end: 0 }
  for (const moof of fragments) {
    // All of it in one window, so that nothing in it is a step back.
    await source.bytes(moof.offset, Math.min(moof.end - moof.offset, maxRunBytes))
    await addFragment(source, await readTree(source, moof), trackId, sampleUnits, span)
  }
  return span.end - (span.begin ?? 0)
}

/** The time of the first fragment, and where the last one ends. */
type Span = { begin: number | undefined; end: number }

/** `trex`: the duration of a sample, for fragments that do not declare it (§8.8.3). */
async function readDefault(source: ByteSource, moov: Tree, trackId: number): Promise<number> {
  for (const box of findBox(moov, 'mvex')?.children ?? []) {
    if (box.type !== 'trex') continue
    const view = dataView(await source.bytes(box.offset, Math.min(16, box.end - box.offset)))
    if (view.getUint32(4) === trackId) return view.getUint32(12)
  }
  return 0
}

async function addFragment(
  source: ByteSource,
  moof: Tree,
  trackId: number,
  defaultUnits: number,
  span: Span,
): Promise<void> {
  for (const traf of moof.children) {
    const tfhd = traf.type === 'traf' ? findBox(traf, 'tfhd') : undefined
    if (!tfhd) continue
    const header = await readFragmentHeader(source, tfhd)
    if (header.trackId !== trackId) continue
    let sum = 0
    for (const box of traf.children) {
      if (box.type === 'trun') sum += await sumRun(source, box, header.sampleUnits ?? defaultUnits)
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

/** `tfhd`: flags declare which fields are present (§8.8.7). */
async function readFragmentHeader(source: ByteSource, box: Box) {
  const view = dataView(await source.bytes(box.offset, Math.min(40, box.end - box.offset)))
  const at = 8 + (hasFlag(view, 0x01) ? 8 : 0) + (hasFlag(view, 0x02) ? 4 : 0)
  return { trackId: view.getUint32(4), sampleUnits: hasFlag(view, 0x08) ? view.getUint32(at) : undefined }
}

/** `trun`: a number of samples, each with the fields that flags declare (§8.8.8). */
async function sumRun(source: ByteSource, box: Box, sampleUnits: number): Promise<number> {
  if (box.end - box.offset > maxRunBytes) throw damaged('A fragment in it is too long.')
  const view = dataView(await source.bytes(box.offset, box.end - box.offset))
  const count = view.getUint32(4)
  if (!hasFlag(view, 0x100)) return count * sampleUnits
  source.countSteps(count)
  const start = 8 + (hasFlag(view, 0x01) ? 4 : 0) + (hasFlag(view, 0x04) ? 4 : 0)
  const entryBytes = runEntryBytes(view)
  let sum = 0
  for (let index = 0; index < count; index++) sum += view.getUint32(start + index * entryBytes)
  return sum
}
