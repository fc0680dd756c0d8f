/** ISO base media files (ISO/IEC 14496-12): M4A, MP4 with nothing but audio, 3GP, QuickTime; whole or fragmented. */
import type { ByteSource } from '../byteSource.ts'
import { characters, dataView } from './bytes.ts'
import { checkBox, findBox, readBox, readTree, type Box, type Tree } from './mp4Boxes.ts'
import { sumFragments } from './mp4Fragments.ts'
import { readMp4Tags, readPadding } from './mp4Tags.ts'
import { readTimes, readTracks, type Track } from './mp4Tracks.ts'
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

export const mp4: Format = {
  matches: (head) => /^.{4}(ftyp|moov|mdat|wide|free|skip|styp|sidx|moof|pnot)/s.test(head),
  survey: surveyMp4,
  // A tag would shift the positions that an index has.
  leadingTag: 'refused',
}

/** Major brands (§4.3) of movies and audio. Pictures have other ones. */
const brands = /^(M4[ABPV] |mp4|iso|avc1|dash|qt|3g|MSNV|F4A|F4B|cmf|mmp4)/
/** Boxes at the top level. Any other name after a complete file is garbage. */
const topBoxes =
  /^(moov|mdat|moof|meta|free|skip|udta|uuid|sidx|mfra|styp|wide|pdin|emsg|ftyp|pssh|prft|pnot)$/
/** Codings of pictures, such as those of chapters. */
const stills = /^(jpeg|png )$/
/** Pictures that change more often are a film. */
const minStillSeconds = 1
/** What protected tracks are (§8.12; iTunes and Audible). */
const protectedCodings = /^(enca|drms|aavd|drmi|encv)$/

type Found = { moov?: Box; dataBytes: number; firstData: number; fragments: Box[] }

async function surveyMp4(source: ByteSource, start: number): Promise<Survey> {
  await checkBrand(source, start)
  const { moov: box, dataBytes, firstData, fragments } = await findTopBoxes(source, start)
  if (!box) throw damaged('It is cut short: its index is missing.')
  const moov = await readTree(source, box)
  const tracks = await readTracks(source, moov)
  if (tracks.some((track) => isVideo(track, fragments.length > 0))) throw holdsVideo()
  const track = tracks.find(({ handler }) => handler === 'soun')
  if (!track?.entry) throw notAudio('no track has audio')
  if (protectedCodings.test(track.coding)) throw notAudio(track.coding, 'a file that is protected by DRM')
  if (track.samples.bytes > dataBytes) throw damaged('It contains less audio than its index declares.')
  const duration = await durationOf(source, moov, fragments, track, tracks.length)
  const entry = track.entry.mpeg ? await readMpegEntry(source, track, firstData) : track.entry
  const { codec, channels, sampleRate } = entry
  const soundBytes = track.samples.bytes || dataBytes
  const tags = (await unlessDamaged(readMp4Tags(source, moov))) ?? []
  const bitrate = (soundBytes * 8) / duration
  return { contentType: 'audio/mp4', codec, duration, sampleRate, channels, bitrate, tags }
}

/** Old QuickTime files have no brand. */
async function checkBrand(source: ByteSource, start: number): Promise<void> {
  const head = await source.bytes(start, 12)
  const brand = characters(head, 8, 4)
  if (characters(head, 4, 4) === 'ftyp' && !brands.test(brand)) throw notAudio(`brand ${brand}`)
}

/** One picture is a cover, whatever it is coded as, and pictures that stay for a while are those of chapters. */
function isVideo({ handler, coding, samples, timescale }: Track, isFragmented: boolean): boolean {
  const isStill = stills.test(coding) && samples.units >= samples.count * timescale * minStillSeconds
  return handler === 'vide' && !isStill && (samples.count > 1 || isFragmented)
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
 * The sum of the samples' durations, as far as the track's edit list plays them (§8.6.6). The movie's own duration does
 * not matter: chapters or another track may last longer.
 */
async function durationOf(
  source: ByteSource,
  moov: Tree,
  fragments: Box[],
  track: Track,
  tracks: number,
): Promise<number> {
  const { samples, timescale, declaredUnits, edits } = track
  if (timescale === 0) throw damaged('It declares a time scale of 0.')
  const units = samples.units + (await sumFragments(source, moov, fragments, track.id))
  const seconds = units / timescale
  const mvhd = findBox(moov, 'mvhd')
  const movie = mvhd ? await readTimes(source, mvhd) : { timescale: 0 }
  checkDeclared(declaredUnits / timescale, seconds)
  if (tracks === 1)
    checkDeclared((await readFragmentsDuration(source, moov)) / (movie.timescale || 1), seconds)
  const pieces = edits.filter(({ from }) => from >= 0)
  if (pieces.length === 0 || movie.timescale === 0) {
    // Old iTunes writes no edit list, but a note.
    const padding = (await unlessDamaged(readPadding(source, moov))) ?? 0
    return Math.max(0, seconds - padding / (track.entry?.sampleRate || timescale))
  }
  return pieces.reduce((sum, { movieUnits, from }) => {
    const left = Math.max(0, seconds - from / timescale)
    // The edit list of a fragmented file is written before its length is known.
    const all = movieUnits === 0 || fragments.length > 0
    return sum + (all ? left : Math.min(left, movieUnits / movie.timescale))
  }, 0)
}

/** `mehd`: the duration of the movie with all its fragments (§8.8.2). It tells whether the last ones are missing. */
async function readFragmentsDuration(source: ByteSource, moov: Tree): Promise<number> {
  const mehd = findBox(moov, 'mvex', 'mehd')
  if (!mehd) return 0
  const view = dataView(await source.bytes(mehd.offset, Math.min(12, mehd.end - mehd.offset)))
  return view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4)
}

/** MP3, MP2 or MP1: by the header of the first frame. */
async function readMpegEntry(source: ByteSource, { entry, firstChunk }: Track, firstData: number) {
  const header = readFrameHeader(await source.bytes(firstChunk ?? firstData, 16), 0)
  return {
    codec: header?.codec ?? entry?.codec ?? '',
    channels: header?.channels ?? entry?.channels ?? null,
    sampleRate: header?.sampleRate ?? entry?.sampleRate ?? 0,
  }
}
