/** What a fragment of an MP4 file declares of its samples (ISO/IEC 14496-12 §8.8). */
import type { ByteSource } from '../byteSource.ts'
import { dataView, type CheckedView } from './bytes.ts'
import { findBox, readEntries, readTree, type Box, type Tree } from './mp4Boxes.ts'
import { hasFlag, runEntryBytes } from './mp4Counts.ts'
import { damaged } from './survey.ts'

/** The longest `trun`. Real fragments are much shorter. */
const maxRunBytes = 4 * 1024 * 1024

/** The boxes of a fragment. All of it is in one window, as far as that can be, so that nothing in it is a step back. */
export async function readFragment(source: ByteSource, moof: Box): Promise<Tree> {
  const bytes = Math.min(moof.end - moof.offset, maxRunBytes, source.maxWindowBytes)
  await source.bytes(moof.offset, bytes)
  return await readTree(source, moof)
}

/** What a sample has where its fragment does not declare it. */
export type SampleDefaults = { sampleUnits: number; sampleBytes: number }

/** `trex`: the defaults of the movie (§8.8.3). */
export async function readDefaults(source: ByteSource, moov: Tree, trackId: number): Promise<SampleDefaults> {
  for (const box of findBox(moov, 'mvex')?.children ?? []) {
    if (box.type !== 'trex') continue
    const view = dataView(await source.bytes(box.offset, Math.min(20, box.end - box.offset)))
    if (view.getUint32(4) !== trackId) continue
    return { sampleUnits: view.getUint32(12), sampleBytes: view.byteLength < 20 ? 0 : view.getUint32(16) }
  }
  return { sampleUnits: 0, sampleBytes: 0 }
}

/** `tfhd`: flags declare which fields are present (§8.8.7). */
export async function readFragmentHeader(source: ByteSource, box: Box) {
  const view = dataView(await source.bytes(box.offset, Math.min(40, box.end - box.offset)))
  const unitsAt = 8 + (hasFlag(view, 0x01) ? 8 : 0) + (hasFlag(view, 0x02) ? 4 : 0)
  const bytesAt = unitsAt + (hasFlag(view, 0x08) ? 4 : 0)
  return {
    trackId: view.getUint32(4),
    /** Where positions count from; undefined for the start of the fragment. */
    base: hasFlag(view, 0x01) ? Number(view.getBigUint64(8)) : undefined,
    sampleUnits: hasFlag(view, 0x08) ? view.getUint32(unitsAt) : undefined,
    sampleBytes: hasFlag(view, 0x10) ? view.getUint32(bytesAt) : undefined,
  }
}

/** A number of samples, each with the fields that flags declare. */
export type Run = {
  count: number
  /** Where its samples are, from the base; undefined if they follow those of the last run. */
  dataOffset: number | undefined
  /** Where its entries are in the file. */
  entriesAt: number
  entryBytes: number
  /** Where an entry has the duration, and the size; undefined if it does not. */
  unitsAt: number | undefined
  bytesAt: number | undefined
}

/** `trun` (§8.8.8). */
export async function readRun(source: ByteSource, box: Box): Promise<Run> {
  if (box.end - box.offset > maxRunBytes) throw damaged('A fragment in it is too long.')
  const view = dataView(await source.bytes(box.offset, Math.min(16, box.end - box.offset)))
  const [hasOffset, hasUnits] = [hasFlag(view, 0x01), hasFlag(view, 0x100)]
  const [count, entryBytes] = [view.getUint32(4), runEntryBytes(view)]
  const entriesAt = box.offset + 8 + (hasOffset ? 4 : 0) + (hasFlag(view, 0x04) ? 4 : 0)
  if (entriesAt + count * entryBytes > box.end) throw damaged('It declares a length beyond its end.')
  return {
    count,
    dataOffset: hasOffset ? view.getInt32(8) : undefined,
    entriesAt,
    entryBytes,
    unitsAt: hasUnits ? 0 : undefined,
    bytesAt: hasFlag(view, 0x200) ? (hasUnits ? 4 : 0) : undefined,
  }
}

export async function visitRun(
  source: ByteSource,
  { entriesAt, count, entryBytes }: Run,
  visit: (view: CheckedView, at: number) => void,
): Promise<void> {
  await readEntries(source, entriesAt, count, entryBytes, visit)
}
