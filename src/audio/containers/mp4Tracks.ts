/** The tracks of an MP4 file (ISO/IEC 14496-12 §8.3 to §8.7): what each is, and how long its samples are. */
import type { ByteSource } from '../byteSource.ts'
import { characters, dataView } from './bytes.ts'
import { findBox, readTable, type Box, type Tree } from './mp4Boxes.ts'
import { maxSamplesPerByte } from './mp4Counts.ts'
import { readSampleEntry, type SampleEntry } from './mp4SampleEntry.ts'
import { sumSizes } from './mp4Sizes.ts'
import { damaged } from './survey.ts'

export type Track = {
  id: number
  /** `soun`, `vide`, … */
  handler: string
  /** The four characters of its sample entry. */
  coding: string
  /** Units in a second. */
  timescale: number
  declaredUnits: number
  /** How many samples it has outside of fragments. */
  sampleCount: number
  /** Its tables and edit list. Only those of one track are read: a file may have many tracks. */
  stbl: Tree
  elst: Tree | undefined
}

/** The sums of the durations and bytes of a track's samples. Bytes are 0 where no table has them. */
export type Samples = { units: number; bytes: number }

/** A piece of a track that plays (§8.6.6). */
export type Edit = {
  /** In units of the movie; 0 for all that is left. */
  movieUnits: number
  /** Where it begins, in units of the track; -1 for an empty piece. */
  from: number
}

/** A duration that the writer did not know. */
const unknown32 = 0xffff_ffff
const maxEntryBytes = 64 * 1024
/** No real recording is cut into more pieces. */
const maxEdits = 10_000

/** Every complete `trak` of a movie. */
export async function readTracks(source: ByteSource, moov: Tree): Promise<Track[]> {
  const tracks: Track[] = []
  for (const box of moov.children) {
    const track = box.type === 'trak' ? await readTrack(source, box) : undefined
    if (track) tracks.push(track)
  }
  return tracks
}

async function readTrack(source: ByteSource, trak: Tree): Promise<Track | undefined> {
  const [tkhd, mdia] = [findBox(trak, 'tkhd'), findBox(trak, 'mdia')]
  const [mdhd, hdlr, stbl] = [findBox(mdia, 'mdhd'), findBox(mdia, 'hdlr'), findBox(mdia, 'minf', 'stbl')]
  const stsd = findBox(stbl, 'stsd')
  if (!tkhd || !mdhd || !hdlr || !stbl || !stsd) return undefined
  const header = dataView(await source.bytes(tkhd.offset, 24))
  const id = header.getUint32(header.getUint8(0) === 1 ? 20 : 12)
  const { timescale, duration } = await readTimes(source, mdhd)
  const handler = characters(await source.bytes(hdlr.offset, 12), 8, 4)
  const coding = characters(await source.bytes(stsd.offset, 16), 12, 4)
  return {
    id,
    handler,
    coding,
    timescale,
    declaredUnits: duration,
    sampleCount: await countSamples(source, stbl),
    stbl,
    elst: findBox(trak, 'edts', 'elst'),
  }
}

/** The first sample entry of a sound track. */
export async function readEntry(
  source: ByteSource,
  { stbl, timescale }: Track,
): Promise<SampleEntry | undefined> {
  const stsd = findBox(stbl, 'stsd')
  if (!stsd) return undefined
  const at = stsd.offset + 8
  return readSampleEntry(
    await source.bytes(at, Math.max(0, Math.min(stsd.end - at, maxEntryBytes))),
    timescale,
  )
}

async function countSamples(source: ByteSource, stbl: Tree): Promise<number> {
  const box = findBox(stbl, 'stsz') ?? findBox(stbl, 'stz2')
  return box ? dataView(await source.bytes(box.offset, 12)).getUint32(8) : 0
}

/** Time scale and duration of `mdhd` or `mvhd`, which start alike. An unknown duration is 0. */
export async function readTimes(
  source: ByteSource,
  box: Box,
): Promise<{ timescale: number; duration: number }> {
  const view = dataView(await source.bytes(box.offset, Math.min(32, box.end - box.offset)))
  const long = view.getUint8(0) === 1
  const timescale = view.getUint32(long ? 20 : 12)
  const duration = long ? Number(view.getBigInt64(24)) : view.getUint32(16)
  return { timescale, duration: duration === unknown32 || duration === -1 ? 0 : duration }
}

/** Reads the tables of a track. */
export async function readSamples(source: ByteSource, track: Track): Promise<Samples> {
  const { stbl, sampleCount } = track
  await checkChunks(source, findBox(stbl, 'stsc'))
  const bytes = await sumSizes(source, stbl, sampleCount)
  return { bytes, units: await sumDurations(source, track) }
}

/** `stts`: runs of samples with the same duration (§8.6.1.2). It may declare too many, or leave out the last ones. */
export async function sumDurations(source: ByteSource, { stbl, sampleCount }: Track): Promise<number> {
  const stts = findBox(stbl, 'stts')
  let left = sampleCount
  let sum = 0
  let duration = 0
  await readTable(source, stts, 4, 8, (view, at) => {
    const count = Math.min(left, view.getUint32(at))
    duration = view.getUint32(at + 4)
    sum += count * duration
    left -= count
  })
  return sum + left * duration
}

/** `stsc` (§8.7.4): no chunk has more samples than the file can hold. */
async function checkChunks(source: ByteSource, stsc: Box | undefined): Promise<void> {
  await readTable(source, stsc, 4, 12, (view, at) => {
    if (view.getUint32(at + 4) > maxSamplesPerByte * source.size) {
      throw damaged('A chunk in it declares more samples than it can hold.')
    }
  })
}

/** Where the first chunk of a track is in the file. */
export async function readFirstChunk(source: ByteSource, { stbl }: Track): Promise<number | undefined> {
  const box = findBox(stbl, 'stco') ?? findBox(stbl, 'co64')
  if (!box) return undefined
  const view = dataView(await source.bytes(box.offset, Math.min(16, box.end - box.offset)))
  if (view.getUint32(4) === 0) return undefined
  const at = box.type === 'stco' ? view.getUint32(8) : Number(view.getBigUint64(8))
  return at < source.size ? at : undefined
}

export async function readEdits(source: ByteSource, { elst }: Track): Promise<Edit[]> {
  if (!elst) return []
  const long = dataView(await source.bytes(elst.offset, 4)).getUint8(0) === 1
  const edits: Edit[] = []
  await readTable(source, elst, 4, long ? 20 : 12, (view, at) => {
    if (edits.length === maxEdits) throw damaged('It has too many edits.')
    const movieUnits = long ? Number(view.getBigUint64(at)) : view.getUint32(at)
    edits.push({ movieUnits, from: long ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4) })
  })
  return edits
}
