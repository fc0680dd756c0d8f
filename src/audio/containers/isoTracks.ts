/** Tracks of an ISO base media file: what they hold and for how long (ISO/IEC 14496-12 §8). */
import type { ByteSource } from '../byteSource.ts'
import { damaged } from '../refusals.ts'
import { boxesIn, findBox, type Box } from './boxes.ts'
import { characters, dataView } from './bytes.ts'

export type Track = {
  id: number
  /** Its kind: `soun`, `vide`, … */
  handler: string
  /** The four characters of its coding. */
  coding: string
  channels: number
  sampleRate: number
  /** Units in a second. */
  timescale: number
  /** In units, as declared, and as its samples add up to. */
  declared: number
  summed: number
  /** Of all its samples, in bytes. */
  sampleBytes: number
  /** An edit list says what of it plays. */
  edited: boolean
}

/** Entries of a table are read this many bytes at a time. */
const tableBytes = 1024 * 1024
/** What a length in units says where the writer did not know it. */
const unknown32 = 0xffff_ffff

export async function readTrack(source: ByteSource, trak: Box): Promise<Track | undefined> {
  const tkhd = await findBox(source, trak, ['tkhd'])
  const mdia = await findBox(source, trak, ['mdia'])
  const mdhd = mdia && (await findBox(source, mdia, ['mdhd']))
  const hdlr = mdia && (await findBox(source, mdia, ['hdlr']))
  const stbl = mdia && (await findBox(source, mdia, ['minf', 'stbl']))
  const stsd = stbl && (await findBox(source, stbl, ['stsd']))
  if (!tkhd || !mdhd || !hdlr || !stbl || !stsd) return undefined
  const id = dataView(await source.bytes(tkhd.offset, 24))
  const handler = characters(await source.bytes(hdlr.offset, 12), 8, 4)
  const { timescale, duration } = await readTimes(source, mdhd)
  const entry = await source.bytes(stsd.offset, 44)
  const { coding, channels, sampleRate } = readSampleEntry(entry, timescale)
  return {
    id: id.getUint32(id.getUint8(0) === 1 ? 20 : 12),
    handler,
    coding,
    channels,
    sampleRate,
    timescale,
    declared: duration,
    summed: await sumDurations(source, await findBox(source, stbl, ['stts'])),
    sampleBytes: await sumSizes(source, await findBox(source, stbl, ['stsz'])),
    edited: (await findBox(source, trak, ['edts'])) !== undefined,
  }
}

/** Time scale and length of `mdhd` or `mvhd`, which begin alike; a length that the writer did not know is 0. */
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

/** The first AudioSampleEntry (§12.2.3); QuickTime's version 2 has its rate elsewhere, as the time scale has it. */
function readSampleEntry(stsd: Uint8Array, timescale: number) {
  if (stsd.byteLength < 44) return { coding: '', channels: 0, sampleRate: 0 }
  const view = dataView(stsd)
  const stated = view.getUint32(40) / 0x10000
  const sampleRate = stated > 1 ? stated : timescale
  return { coding: characters(stsd, 12, 4), channels: view.getUint16(32), sampleRate }
}

/** `stts`: runs of samples of one length. */
async function sumDurations(source: ByteSource, stts: Box | undefined): Promise<number> {
  let sum = 0
  await readTable(source, stts, 4, 8, (view, at) => {
    sum += view.getUint32(at) * view.getUint32(at + 4)
  })
  return sum
}

/** `stsz`: one size for all samples, or one for each. */
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

/** Calls `visit` for each entry of a table whose count stands at `countAt` of the box. */
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
  if (end > box.end) throw damaged(`Its table ${box.type} is longer than the box that holds it.`)
  for (let at = start; at < end; at += tableBytes) {
    const view = dataView(await source.bytes(at, Math.min(tableBytes, end - at)))
    for (let entry = 0; entry < view.byteLength; entry += entryBytes) visit(view, entry)
  }
}

/** Every box `trak` of a movie. */
export async function readTracks(source: ByteSource, moov: Box): Promise<Track[]> {
  const tracks: Track[] = []
  for await (const box of boxesIn(source, moov)) {
    const track = box.type === 'trak' ? await readTrack(source, box) : undefined
    if (track) tracks.push(track)
  }
  return tracks
}
