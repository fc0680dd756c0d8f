/** ISO base media files (ISO/IEC 14496-12): M4A, MP4 with nothing but audio, 3GP, QuickTime; whole or fragmented. */
import type { ByteSource } from '../byteSource.ts'
import { characters, dataView } from './bytes.ts'
import { findBox, type Tree } from './mp4Boxes.ts'
import { sumFragments } from './mp4Fragments.ts'
import { readMovie, readTrackEntry } from './mp4Movie.ts'
import { readPlayed } from './mp4Played.ts'
import { readMp4Sound } from './mp4Sound.ts'
import { readMp4Tags } from './mp4Tags.ts'
import { readSamples, readTimes, type Track } from './mp4Tracks.ts'
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
  readSound: readMp4Sound,
  // A tag would shift the positions that an index has.
  leadingTag: 'refused',
}

/** Major brands (§4.3) of pictures. Those of movies and audio are too many to list. */
const pictureBrands = /^(hei|hev|mif1|msf1|miaf|avi[fs]|jp2 |jpx |jpm |jxl |crx )/
/** Codings of pictures, such as those of chapters. */
const stills = /^(jpeg|png )$/
/** Pictures that change more often are a film. */
const minStillSeconds = 1
/** What protected tracks are (§8.12; iTunes and Audible). */
const protectedCodings = /^(enca|drms|aavd|drmi|encv)$/
async function surveyMp4(source: ByteSource, start: number): Promise<Survey> {
  await checkBrand(source, start)
  const movie = await readMovie(source, start)
  const { moov, fragments, dataBytes, tracks, track } = movie
  const isFragmented = fragments.length > 0
  if (tracks.some((one) => isVideo(one, isFragmented))) throw holdsVideo()
  const entry = track && (await readTrackEntry(source, movie, track))
  if (!entry) throw notAudio('no track has audio')
  if (protectedCodings.test(track.coding)) throw notAudio(track.coding, 'a file that is protected by DRM')
  const samples = await readSamples(source, track)
  if (samples.bytes > dataBytes) throw damaged('It contains less audio than its index declares.')
  const units = samples.units + (await sumFragments(source, moov, fragments, track.id))
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
  checkDeclared(declaredUnits / timescale, seconds)
  const mvhd = findBox(moov, 'mvhd')
  if (tracks === 1) {
    const movie = mvhd ? await readTimes(source, mvhd) : { timescale: 0 }
    checkDeclared((await readFragmentsDuration(source, moov)) / (movie.timescale || 1), seconds)
  }
  return (await readPlayed(source, moov, track, seconds, { isFragmented, sampleRate })).seconds
}

/** `mehd`: the duration of the movie with all its fragments (§8.8.2). It tells whether the last ones are missing. */
async function readFragmentsDuration(source: ByteSource, moov: Tree): Promise<number> {
  const mehd = findBox(moov, 'mvex', 'mehd')
  if (!mehd) return 0
  const view = dataView(await source.bytes(mehd.offset, Math.min(12, mehd.end - mehd.offset)))
  return view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4)
}
