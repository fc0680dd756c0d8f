/** ISO base media files (ISO/IEC 14496-12): M4A, MP4 with nothing but audio, 3GP, QuickTime; whole or fragmented. */
import type { ByteSource } from '../byteSource.ts'
import { characters, dataView } from './bytes.ts'
import { checkBox, findBox, readBox, readTree, type Box, type Tree } from './mp4Boxes.ts'
import { sumFragments } from './mp4Fragments.ts'
import type { SampleEntry } from './mp4SampleEntry.ts'
import { readMp4Tags, readPadding } from './mp4Tags.ts'
import {
  readEdits,
  readEntry,
  readFirstChunk,
  readSamples,
  readTimes,
  readTracks,
  type Edit,
  type Track,
} from './mp4Tracks.ts'
import { readFrameHeader } from './mpegFrames.ts'
import {
  checkDeclared,
  damaged,
  holdsVideo,
  notAudio,
  unlessDamaged,
  type Format,
  type Survey,
} from './survey.ts'

/** Files without a brand, as old QuickTime writes them, begin with one of these boxes. No upload has one of 128 MiB. */
const firstBoxes = /^.{4}(moov|mdat|wide|free|skip|styp|sidx|moof|pnot|uuid|udta|meta|pdin)/s

export const mp4: Format = {
  matches: (head) => head.startsWith('ftyp', 4) || (firstBoxes.test(head) && head.charCodeAt(0) < 8),
  survey: surveyMp4,
  // A tag would shift the positions that an index has.
  leadingTag: 'refused',
}

/** Major brands (§4.3) of pictures. Those of movies and audio are too many to list. */
const pictureBrands = /^(hei|hev|mif1|msf1|miaf|avi[fs]|jp2 |jpx |jpm |jxl |crx )/
/** Boxes at the top level. Any other name after a complete file is garbage. */
const topBoxes =
  /^(moov|mdat|moof|meta|free|skip|udta|uuid|sidx|mfra|styp|wide|pdin|emsg|ftyp|pssh|prft|pnot)$/
/** Codings of pictures, such as those of chapters. */
const stills = /^(jpeg|png )$/
/** Pictures that change more often are a film. */
const minStillSeconds = 1
/** What protected tracks are (§8.12; iTunes and Audible). */
const protectedCodings = /^(enca|drms|aavd|drmi|encv)$/
/** A day in fragments of a second. */
const maxFragments = 100_000

type Found = { moov?: Box; dataBytes: number; firstData: number; fragments: Box[] }

async function surveyMp4(source: ByteSource, start: number): Promise<Survey> {
  await checkBrand(source, start)
  const { moov: box, dataBytes, firstData, fragments } = await findTopBoxes(source, start)
  if (!box) throw damaged('It is cut short: its index is missing.')
  const moov = await readTree(source, box)
  const tracks = await readTracks(source, moov)
  const isFragmented = fragments.length > 0
  if (tracks.some((track) => isVideo(track, isFragmented))) throw holdsVideo()
  const sounds = tracks.filter(({ handler }) => handler === 'soun')
  const track = sounds.find(({ sampleCount }) => sampleCount > 0) ?? sounds[0]
  const declared = track && (await readEntry(source, track))
  if (!declared) throw notAudio('no track has audio')
  if (protectedCodings.test(track.coding)) throw notAudio(track.coding, 'a file that is protected by DRM')
  const samples = await readSamples(source, track)
  if (samples.bytes > dataBytes) throw damaged('It contains less audio than its index declares.')
  const units = samples.units + (await sumFragments(source, moov, fragments, track.id))
  const entry = declared.mpeg ? await readMpegEntry(source, track, declared, firstData) : declared
  const others = { tracks: tracks.length, isFragmented, sampleRate: entry.sampleRate }
  const duration = await durationOf(source, moov, track, units, others)
  const { codec, channels, sampleRate } = entry
  const tags = (await unlessDamaged(readMp4Tags(source, moov))) ?? []
  const bitrate = ((samples.bytes || dataBytes) * 8) / duration
  return { contentType: 'audio/mp4', codec, duration, sampleRate, channels, bitrate, tags }
}

async function checkBrand(source: ByteSource, start: number): Promise<void> {
  const head = await source.bytes(start, 12)
  const brand = characters(head, 8, 4)
  const isPicture = characters(head, 4, 4) === 'ftyp' && pictureBrands.test(brand)
  if (isPicture) throw notAudio(`brand ${brand}`, 'a picture (HEIC, AVIF or alike)')
}

/** One picture is a cover, whatever it is coded as, and pictures that stay for a while are those of chapters. */
function isVideo(
  { handler, coding, sampleCount, timescale, declaredUnits }: Track,
  isFragmented: boolean,
): boolean {
  const isStill = stills.test(coding) && declaredUnits >= sampleCount * timescale * minStillSeconds
  return handler === 'vide' && !isStill && (sampleCount > 1 || isFragmented)
}

async function findTopBoxes(source: ByteSource, start: number): Promise<Found> {
  const found: Found = { dataBytes: 0, firstData: 0, fragments: [] }
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

/**
 * The sum of the samples' durations, as far as the track's edit list plays them. The movie's own duration does not matter:
 * chapters or another track may last longer.
 */
async function durationOf(
  source: ByteSource,
  moov: Tree,
  track: Track,
  units: number,
  { tracks, isFragmented, sampleRate }: { tracks: number; isFragmented: boolean; sampleRate: number },
): Promise<number> {
  const { timescale, declaredUnits } = track
  if (timescale === 0) throw damaged('It declares a time scale of 0.')
  const seconds = units / timescale
  const mvhd = findBox(moov, 'mvhd')
  const movie = mvhd ? await readTimes(source, mvhd) : { timescale: 0 }
  checkDeclared(declaredUnits / timescale, seconds)
  if (tracks === 1) {
    checkDeclared((await readFragmentsDuration(source, moov)) / (movie.timescale || 1), seconds)
  }
  const edits = await readEdits(source, track)
  const edited = movie.timescale ? editedSeconds(edits, timescale, seconds, movie.timescale, isFragmented) : 0
  if (edited > 0) return edited
  // Old iTunes writes no edit list, but a note.
  const padding = (await unlessDamaged(readPadding(source, moov))) ?? 0
  return Math.max(0, seconds - padding / (sampleRate || timescale))
}

/** What an edit list plays (§8.6.6); 0 if there is none, or none that plays anything. Empty pieces only delay the sound. */
function editedSeconds(
  edits: Edit[],
  timescale: number,
  seconds: number,
  movieTimescale: number,
  isFragmented: boolean,
): number {
  let sum = 0
  for (const { movieUnits, from } of edits) {
    if (from < 0) continue
    const left = Math.max(0, seconds - from / timescale)
    // The edit list of a fragmented file is written before its length is known.
    const all = movieUnits === 0 || isFragmented
    sum += all ? left : Math.min(left, movieUnits / movieTimescale)
  }
  return sum
}

/** `mehd`: the duration of the movie with all its fragments (§8.8.2). It tells whether the last ones are missing. */
async function readFragmentsDuration(source: ByteSource, moov: Tree): Promise<number> {
  const mehd = findBox(moov, 'mvex', 'mehd')
  if (!mehd) return 0
  const view = dataView(await source.bytes(mehd.offset, Math.min(12, mehd.end - mehd.offset)))
  return view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4)
}

/** MP3, MP2 or MP1: by the header of the first frame. */
async function readMpegEntry(source: ByteSource, track: Track, declared: SampleEntry, firstData: number) {
  const at = (await readFirstChunk(source, track)) ?? firstData
  const { codec, channels, sampleRate } = readFrameHeader(await source.bytes(at, 16), 0) ?? declared
  return { codec, channels, sampleRate }
}
