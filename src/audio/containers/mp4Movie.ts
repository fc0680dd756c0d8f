/** An MP4 file as a whole (ISO/IEC 14496-12 §8.2): its index, its fragments, and the sound track that plays. */
import type { ByteSource } from '../byteSource.ts'
import { checkBox, readBox, readTree, type Box, type Tree } from './mp4Boxes.ts'
import type { SampleEntry } from './mp4SampleEntry.ts'
import { readEntry, readFirstChunk, readTracks, type Track } from './mp4Tracks.ts'
import { readFrameHeader } from './mpegFrames.ts'
import { damaged } from './survey.ts'

/** Boxes at the top level. Any other name after a complete file is garbage. */
const topBoxes =
  /^(moov|mdat|moof|meta|free|skip|udta|uuid|sidx|mfra|styp|wide|pdin|emsg|ftyp|pssh|prft|pnot)$/
/** A day in fragments of a second. */
const maxFragments = 100_000

type TopBoxes = { moov?: Box; dataBytes: number; firstData: number; fragments: Box[] }

/** A file, with its first sound track that has samples. */
export type Movie = {
  moov: Tree
  fragments: Box[]
  /** Of all `mdat`, and where the first of them begins. */
  dataBytes: number
  firstData: number
  tracks: Track[]
  track: Track | undefined
}

export async function readMovie(source: ByteSource, start: number): Promise<Movie> {
  const { moov: box, ...found } = await findTopBoxes(source, start)
  if (!box) throw damaged('It is cut short: its index is missing.')
  const moov = await readTree(source, box)
  const tracks = await readTracks(source, moov)
  const sounds = tracks.filter(({ handler }) => handler === 'soun')
  const track = sounds.find(({ sampleCount }) => sampleCount > 0) ?? sounds[0]
  return { moov, ...found, tracks, track }
}

async function findTopBoxes(source: ByteSource, start: number): Promise<TopBoxes> {
  const found: TopBoxes = { dataBytes: 0, firstData: 0, fragments: [] }
  let at = start
  while (at < source.size) {
    const box = await readBox(source, at, source.size)
    const again = box?.type === 'ftyp' && at > start // another file, joined to this one
    const complete = found.moov && found.dataBytes > 0
    if (complete && (!box || again || !topBoxes.test(box.type))) break
    if (!box || box.end > source.size) throw damaged(`It is cut short${box ? ` within ${box.type}` : ''}.`)
    await checkBox(source, box)
    if (box.type === 'moov') found.moov ??= box
    if (box.type === 'moof') found.fragments.push(box)
    if (found.fragments.length > maxFragments) throw damaged('It has too many parts.')
    if (box.type === 'mfra') await readTree(source, box)
    if (box.type === 'mdat') {
      found.firstData ||= box.offset
      found.dataBytes += box.end - box.offset
    }
    at = box.end
  }
  if (found.dataBytes === 0) throw damaged('It contains no audio.')
  return found
}

/** What the sample entry of a track declares. Of MP3, MP2 or MP1, the header of the first frame does. */
export async function readTrackEntry(
  source: ByteSource,
  { firstData }: Movie,
  track: Track,
): Promise<SampleEntry | undefined> {
  const declared = await readEntry(source, track)
  if (!declared?.mpeg) return declared
  const at = (await readFirstChunk(source, track)) ?? firstData
  const { codec, channels, sampleRate } = readFrameHeader(await source.bytes(at, 16), 0) ?? declared
  return { ...declared, codec, channels: channels ?? declared.channels, sampleRate }
}
