/** Boxes of an ISO base media file (ISO/IEC 14496-12 §4.2), and the tracks that they describe (§8). */
import type { ByteSource } from '../byteSource.ts'
import { bytesOf, characters, concatenated, dataView, uint32 } from './bytes.ts'
import { damaged } from './survey.ts'

/** A length, a name, and the payload, from `offset` to `end`. */
export type Box = { type: string; offset: number; end: number }

export type Track = {
  id: number
  /** `soun`, `vide`, … */
  handler: string
  /** The four characters of its sample entry. */
  coding: string
  channels: number
  sampleRate: number
  /** Units in a second. */
  timescale: number
  declaredUnits: number
  /** The sum of the durations, and of the bytes, of its samples. */
  sampleUnits: number
  sampleBytes: number
  /** Whether an edit list leaves out parts of it. */
  edited: boolean
}

const headerBytes = 8
const longHeaderBytes = 16
/** A table is read in pieces of this size. */
const tableBytes = 1024 * 1024
/** A duration that the writer did not know. */
const unknown32 = 0xffff_ffff

/** The box at `at`, whose `end` may be beyond the file; undefined if nothing there looks like a box. */
export async function readBox(source: ByteSource, at: number, end: number): Promise<Box | undefined> {
  source.countPart()
  const header = source.buffered(at, longHeaderBytes) ?? (await source.bytes(at, longHeaderBytes))
  if (header.byteLength < headerBytes || at + headerBytes > end) return undefined
  const type = characters(header, 4, 4)
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return undefined
  const view = dataView(header)
  const length = view.getUint32(0)
  if (length === 0) return { type, offset: at + headerBytes, end } // up to the end
  if (length !== 1) {
    return length < headerBytes ? undefined : { type, offset: at + headerBytes, end: at + length }
  }
  if (header.byteLength < longHeaderBytes) return undefined
  const long = Number(view.getBigUint64(8))
  return long < longHeaderBytes ? undefined : { type, offset: at + longHeaderBytes, end: at + long }
}

/** The boxes directly within another one. There is no recursion, so no nesting is too deep. */
export async function* boxesIn(source: ByteSource, { type, offset, end }: Box): AsyncGenerator<Box> {
  let at = offset
  while (true) {
    const box = await readBox(source, at, end)
    if (!box) return // padding
    if (box.end > end) throw damaged(`A box in it is longer than ${type}, which contains it.`)
    yield box
    at = box.end
  }
}

/** The box at the end of a path of names, through the first box of each name. */
export async function findBox(source: ByteSource, within: Box, path: string[]): Promise<Box | undefined> {
  let found: Box | undefined = within
  for (const name of path) {
    if (!found) return undefined
    const parent: Box = found
    found = undefined
    for await (const box of boxesIn(source, parent)) {
      if (box.type === name) {
        found = box
        break
      }
    }
  }
  return found
}

export function makeBox(type: string, ...payload: Uint8Array[]): Uint8Array {
  const inside = concatenated(...payload)
  return concatenated(uint32(headerBytes + inside.byteLength), bytesOf(type), inside)
}

/** Every complete `trak` of a movie. */
export async function readTracks(source: ByteSource, moov: Box): Promise<Track[]> {
  const tracks: Track[] = []
  for await (const box of boxesIn(source, moov)) {
    const track = box.type === 'trak' ? await readTrack(source, box) : undefined
    if (track) tracks.push(track)
  }
  return tracks
}

async function readTrack(source: ByteSource, trak: Box): Promise<Track | undefined> {
  const tkhd = await findBox(source, trak, ['tkhd'])
  const mdia = await findBox(source, trak, ['mdia'])
  const mdhd = mdia && (await findBox(source, mdia, ['mdhd']))
  const hdlr = mdia && (await findBox(source, mdia, ['hdlr']))
  const stbl = mdia && (await findBox(source, mdia, ['minf', 'stbl']))
  const stsd = stbl && (await findBox(source, stbl, ['stsd']))
  if (!tkhd || !mdhd || !hdlr || !stbl || !stsd) return undefined
  const header = dataView(await source.bytes(tkhd.offset, 24))
  const handler = characters(await source.bytes(hdlr.offset, 12), 8, 4)
  const { timescale, duration } = await readTimes(source, mdhd)
  return {
    id: header.getUint32(header.getUint8(0) === 1 ? 20 : 12),
    handler,
    ...readSampleEntry(await source.bytes(stsd.offset, 44), timescale),
    timescale,
    declaredUnits: duration,
    sampleUnits: await sumDurations(source, await findBox(source, stbl, ['stts'])),
    sampleBytes: await sumSizes(source, await findBox(source, stbl, ['stsz'])),
    edited: (await findBox(source, trak, ['edts'])) !== undefined,
  }
}

/** Time scale and duration of `mdhd` or `mvhd`, which start alike. An unknown duration is 0. */
export async function readTimes(
  source: ByteSource,
  box: Box,
): Promise<{ timescale: number; duration: number }> {
  const view = dataView(await source.bytes(box.offset, 32))
  const long = view.getUint8(0) === 1
  const timescale = view.getUint32(long ? 20 : 12)
  const duration = long ? Number(BigInt.asIntN(64, view.getBigUint64(24))) : view.getUint32(16)
  return { timescale, duration: duration === unknown32 || duration === -1 ? 0 : duration }
}

/** The first AudioSampleEntry (§12.2.3). QuickTime's version 2 has its rate elsewhere; the time scale equals it. */
function readSampleEntry(stsd: Uint8Array, timescale: number) {
  if (stsd.byteLength < 44) return { coding: '', channels: 0, sampleRate: 0 }
  const view = dataView(stsd)
  const declared = view.getUint32(40) / 0x10000
  const sampleRate = declared > 1 ? declared : timescale
  return { coding: characters(stsd, 12, 4), channels: view.getUint16(32), sampleRate }
}

/** `stts`: runs of samples with the same duration (§8.6.1.2). */
async function sumDurations(source: ByteSource, stts: Box | undefined): Promise<number> {
  let sum = 0
  await readTable(source, stts, 4, 8, (view, at) => {
    sum += view.getUint32(at) * view.getUint32(at + 4)
  })
  return sum
}

/** `stsz`: one size for all samples, or one for each (§8.7.3.2). */
async function sumSizes(source: ByteSource, stsz: Box | undefined): Promise<number> {
  if (!stsz) return 0
  const view = dataView(await source.bytes(stsz.offset, 12))
  if (view.getUint32(4) > 0) return view.getUint32(4) * view.getUint32(8)
  let sum = 0
  await readTable(source, stsz, 8, 4, (entries, at) => {
    sum += entries.getUint32(at)
  })
  return sum
}

/** Calls `visit` for each entry of a table. `countAt` is where the box has the number of entries. */
async function readTable(
  source: ByteSource,
  box: Box | undefined,
  countAt: number,
  entryBytes: number,
  visit: (view: DataView, at: number) => void,
): Promise<void> {
  if (!box) return
  const start = box.offset + countAt + 4
  const count = dataView(await source.bytes(box.offset + countAt, 4)).getUint32(0)
  const end = start + count * entryBytes
  if (end > box.end) throw damaged(`Its table ${box.type} is longer than its box.`)
  for (let at = start; at < end; at += tableBytes) {
    const view = dataView(await source.bytes(at, Math.min(tableBytes, end - at)))
    for (let entry = 0; entry < view.byteLength; entry += entryBytes) visit(view, entry)
  }
}
