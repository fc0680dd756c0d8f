/** Boxes of an ISO base media file (ISO/IEC 14496-12 §4.2), which contain each other. */
import type { ByteSource } from '../byteSource.ts'
import { characters, dataView, type CheckedView } from './bytes.ts'
import { checkCounts, hasCount, maxCountsBytes } from './mp4Counts.ts'
import { damaged } from './survey.ts'

/** A name, where the box starts, and its payload, from `offset` to `end`. */
export type Box = { type: string; start: number; offset: number; end: number }
/** A box with those that it contains. */
export type Tree = Box & { children: Tree[] }

const headerBytes = 8
const longHeaderBytes = 16
/** A table is read in pieces of this size. */
const tableBytes = 1024 * 1024
/** In one movie or fragment. A movie with a hundred tracks has a few thousand. */
const maxBoxes = 20_000
/** What is needed is seven boxes deep. */
const maxDepth = 16

/** The boxes that contain boxes, and may have something that is needed. */
const parents =
  /^(moov|trak|mdia|minf|stbl|edts|mvex|moof|traf|udta|meta|dinf|tref|mfra|sinf|schi|wave|gmhd|strk|ilst|ipro|hnti)$/
/** Their content is optional: a wrong length in it costs no more than what follows there. */
const lenient = /^(udta|meta|ilst|hnti)$/

/** The box at `at`, whose `end` may be beyond the file; undefined if nothing there looks like a box. */
export async function readBox(source: ByteSource, at: number, end: number): Promise<Box | undefined> {
  source.countPart()
  const header = await source.bytes(at, longHeaderBytes)
  if (header.byteLength < headerBytes || at + headerBytes > end) return undefined
  const type = characters(header, 4, 4)
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return undefined
  const view = dataView(header)
  const length = view.getUint32(0)
  if (length === 0) return { type, start: at, offset: at + headerBytes, end } // up to the end
  if (length !== 1) {
    return length < headerBytes ? undefined : { type, start: at, offset: at + headerBytes, end: at + length }
  }
  if (header.byteLength < longHeaderBytes) return undefined
  const long = Number(view.getBigUint64(8))
  return long < longHeaderBytes
    ? undefined
    : { type, start: at, offset: at + longHeaderBytes, end: at + long }
}

/** Everything within a box. Counts that cannot be true are refused on the way, whether or not they are needed. */
export async function readTree(source: ByteSource, root: Box): Promise<Tree> {
  const tree: Tree = { ...root, children: [] }
  await readChildren(source, tree, 1, { boxes: 0 })
  return tree
}

/** In the order of the file, because a step back is another read. Not deeper than `maxDepth`. */
async function readChildren(
  source: ByteSource,
  parent: Tree,
  depth: number,
  read: { boxes: number },
): Promise<void> {
  const from = parent.offset + (parent.type === 'meta' ? await metaHeaderBytes(source, parent) : 0)
  for (let at = from; at < parent.end;) {
    const box = await readBox(source, at, parent.end)
    if (!box) break // padding
    if (box.end > parent.end && lenient.test(parent.type)) break
    if (box.end > parent.end) throw damaged(`A box in it is longer than ${parent.type}, which contains it.`)
    if (++read.boxes > maxBoxes) throw damaged('It has too many parts.')
    await checkBox(source, box)
    const child = { ...box, children: [] }
    parent.children.push(child)
    if (parents.test(box.type) && depth < maxDepth) await readChildren(source, child, depth + 1, read)
    at = box.end
  }
}

/** Throws if the box declares more entries than it, or the file, can hold. */
export async function checkBox(source: ByteSource, box: Box): Promise<void> {
  if (!hasCount(box.type)) return
  const length = Math.min(box.end, source.size) - box.offset
  const head = await source.bytes(box.offset, Math.max(0, Math.min(length, maxCountsBytes)))
  checkCounts(box.type, head, length, source.size)
}

/** `meta` is a full box, with four bytes before its content, except in QuickTime. */
async function metaHeaderBytes(source: ByteSource, meta: Box): Promise<number> {
  return characters(await source.bytes(meta.offset, 8), 4, 4) === 'hdlr' ? 0 : 4
}

/** The box at the end of a path of names, through the first box of each name. */
export function findBox(within: Tree | undefined, ...path: string[]): Tree | undefined {
  let found = within
  for (const name of path) found = found?.children.find(({ type }) => type === name)
  return found
}

/** Calls `visit` for each entry of a table. `countAt` is where the box has the number of entries. */
export async function readTable(
  source: ByteSource,
  box: Box | undefined,
  countAt: number,
  entryBytes: number,
  visit: VisitEntry,
): Promise<void> {
  if (!box) return
  const start = box.offset + countAt + 4
  const count = dataView(await source.bytes(box.offset + countAt, 4)).getUint32(0)
  if (start + count * entryBytes > box.end) throw damaged(`Its table ${box.type} is longer than its box.`)
  await readEntries(source, start, count, entryBytes, visit)
}

type VisitEntry = (view: CheckedView, at: number) => void

/** Calls `visit` for each of `count` entries from `start` on. */
export async function readEntries(
  source: ByteSource,
  start: number,
  count: number,
  entryBytes: number,
  visit: VisitEntry,
): Promise<void> {
  source.countSteps(count)
  const end = start + count * entryBytes
  const mostBytes = Math.min(tableBytes, source.maxWindowBytes)
  const pieceBytes = mostBytes - (mostBytes % entryBytes)
  for (let at = start; at < end; at += pieceBytes) {
    const view = dataView(await source.bytes(at, Math.min(pieceBytes, end - at)))
    for (let entry = 0; entry < view.byteLength; entry += entryBytes) visit(view, entry)
  }
}
