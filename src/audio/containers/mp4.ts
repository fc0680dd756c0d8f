/** ISO base media files (ISO/IEC 14496-12): M4A, MP4 with nothing but audio, 3GP, QuickTime; whole or fragmented. */
import type { ByteSource } from '../byteSource.ts'
import { maxTextBytes, type Excerpt } from '../tags.ts'
import { bytesOf, characters, concatenated, dataView } from './bytes.ts'
import {
  boxesIn,
  findBox,
  makeBox,
  readBox,
  readTimes,
  readTracks,
  type Box,
  type Track,
} from './mp4Boxes.ts'
import { checkDeclared, damaged, holdsVideo, notAudio, unlessDamaged, type Survey } from './survey.ts'
import { wavCodec } from './wav.ts'

/** Codec names, by the coding of a sample entry. */
const codecs: Record<string, string> = {
  mp4a: 'MPEG-4/AAC',
  alac: 'ALAC',
  fLaC: 'FLAC',
  Opus: 'Opus',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  '.mp3': 'MPEG-1 layer 3',
}
/** Major brands (§4.3) of movies and audio. Pictures have other ones. */
const brands = /^(M4[ABPV] |mp4|iso|avc1|dash|qt|3g|MSNV|F4A|F4B|cmf|mmp4)/
/** Boxes at the top level. Any other name after a complete file is garbage. */
const topBoxes = /^(moov|mdat|moof|meta|free|skip|udta|uuid|sidx|mfra|styp|wide|pdin|emsg|ftyp)$/
/** A track of still pictures, such as the covers of chapters, is not video. */
const stills = /^(jpeg|png )$/
const tagItems = /^(\u00a9nam|\u00a9ART|\u00a9gen|gnre|\u00a9cmt|desc|ldes)$/
const maxTagItems = 20
/** The longest `trun`. Real fragments are much shorter. */
const maxRunBytes = 4 * 1024 * 1024

type Found = { moov?: Box; dataBytes: number; fragments: Box[] }

export async function surveyMp4(source: ByteSource, start: number): Promise<Survey> {
  const brand = characters(await source.bytes(start + 8, 4), 0, 4)
  if (!brands.test(brand)) throw notAudio(`brand ${brand}`)
  const { moov, dataBytes, fragments } = await findTopBoxes(source, start)
  if (!moov) throw damaged('It is cut short: its index is missing.')
  const tracks = await readTracks(source, moov)
  if (tracks.some(({ handler, coding }) => handler === 'vide' && !stills.test(coding))) throw holdsVideo()
  const track = tracks.find(({ handler }) => handler === 'soun')
  if (!track) throw notAudio('no track has audio')
  if (track.sampleBytes > dataBytes) throw damaged('It contains less audio than its index declares.')
  const duration = await durationOf(source, moov, fragments, track)
  const { coding, channels, sampleRate } = track
  const bitrate = ((track.sampleBytes || dataBytes) * 8) / duration
  const excerpt = await unlessDamaged(excerptTags(source, moov))
  const tags = excerpt ? [excerpt] : []
  const codec = codecs[coding] ?? microsoftCodec(coding) ?? coding
  return { contentType: 'audio/mp4', codec, duration, sampleRate, channels, bitrate, tags }
}

/** QuickTime's coding for a WAV codec is `ms` and the number of the codec. */
function microsoftCodec(coding: string): string | undefined {
  return coding.startsWith('ms') ? wavCodec(dataView(bytesOf(coding)).getUint16(2)) : undefined
}

async function findTopBoxes(source: ByteSource, start: number): Promise<Found> {
  const found: Found = { dataBytes: 0, fragments: [] }
  let at = start
  while (at < source.size) {
    const box = await readBox(source, at, source.size)
    const again = box?.type === 'ftyp' && at > start // another file, joined to this one
    const complete = found.moov && found.dataBytes > 0
    if (complete && (!box || again || !topBoxes.test(box.type))) break
    if (!box || box.end > source.size) throw damaged(`It is cut short${box ? ` within ${box.type}` : ''}.`)
    if (box.type === 'moov') found.moov ??= box
    if (box.type === 'moof') found.fragments.push(box)
    if (box.type === 'mdat') found.dataBytes += box.end - box.offset
    at = box.end
  }
  if (found.dataBytes === 0) throw damaged('It contains no audio.')
  return found
}

/**
 * The sum of the samples' durations, which the declared durations must agree with. An edit list, which leaves out what
 * the encoder added at the start, makes the movie shorter.
 */
async function durationOf(source: ByteSource, moov: Box, fragments: Box[], track: Track): Promise<number> {
  let units = track.sampleUnits
  const defaults = await readDefaults(source, moov)
  for (const moof of fragments) units += await sumFragment(source, moof, track.id, defaults)
  if (track.timescale === 0) throw damaged('It declares a time scale of 0.')
  const seconds = units / track.timescale
  const mvhd = await findBox(source, moov, ['mvhd'])
  const movie = mvhd ? await readTimes(source, mvhd) : { duration: 0, timescale: 1 }
  const movieSeconds = movie.duration / movie.timescale
  checkDeclared(track.declaredUnits / track.timescale, seconds)
  checkDeclared(movieSeconds, seconds)
  return track.edited && movieSeconds > 0 ? Math.min(movieSeconds, seconds) : seconds
}

/** `trex`: the duration of a sample, by track, for fragments that do not declare it (§8.8.3). */
async function readDefaults(source: ByteSource, moov: Box): Promise<Map<number, number>> {
  const defaults = new Map<number, number>()
  const mvex = await findBox(source, moov, ['mvex'])
  if (!mvex) return defaults
  for await (const box of boxesIn(source, mvex)) {
    if (box.type !== 'trex') continue
    const view = dataView(await source.bytes(box.offset, 16))
    defaults.set(view.getUint32(4), view.getUint32(12))
  }
  return defaults
}

/** The sum of the durations of one track's samples in a fragment. */
async function sumFragment(
  source: ByteSource,
  moof: Box,
  trackId: number,
  defaults: Map<number, number>,
): Promise<number> {
  let sum = 0
  for await (const traf of boxesIn(source, moof)) {
    if (traf.type !== 'traf') continue
    let sampleUnits: number | undefined
    for await (const box of boxesIn(source, traf)) {
      if (box.type === 'tfhd') {
        const header = await readFragmentHeader(source, box)
        sampleUnits =
          header.trackId === trackId ? (header.sampleUnits ?? defaults.get(trackId) ?? 0) : undefined
      }
      if (box.type === 'trun' && sampleUnits !== undefined) sum += await sumRun(source, box, sampleUnits)
    }
  }
  return sum
}

/** `tfhd`: flags declare which fields are present (§8.8.7). */
async function readFragmentHeader(source: ByteSource, box: Box) {
  const view = dataView(await source.bytes(box.offset, Math.min(40, box.end - box.offset)))
  const flags = view.getUint32(0) & 0xffffff
  const at = 8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0)
  return { trackId: view.getUint32(4), sampleUnits: flags & 0x08 ? view.getUint32(at) : undefined }
}

/** `trun`: a number of samples, each with the fields that flags declare (§8.8.8). */
async function sumRun(source: ByteSource, box: Box, sampleUnits: number): Promise<number> {
  if (box.end - box.offset > maxRunBytes) throw damaged('A fragment in it is too long.')
  const view = dataView(await source.bytes(box.offset, box.end - box.offset))
  const flags = view.getUint32(0) & 0xffffff
  const count = view.getUint32(4)
  if (!(flags & 0x100)) return count * sampleUnits
  const start = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0)
  const stride = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
  if (start + count * stride > view.byteLength) {
    throw damaged('A fragment in it declares more samples than it contains.')
  }
  let sum = 0
  for (let index = 0; index < count; index++) sum += view.getUint32(start + index * stride)
  return sum
}

/** A movie with nothing but the texts that a clip's fields come from. */
async function excerptTags(source: ByteSource, moov: Box): Promise<Excerpt> {
  const items: Uint8Array[] = []
  const meta = await findBox(source, moov, ['udta', 'meta'])
  const ilst = meta && (await findItemList(source, meta))
  if (ilst) {
    for await (const { type, offset, end } of boxesIn(source, ilst)) {
      if (!tagItems.test(type) || end - offset > maxTextBytes || items.length === maxTagItems) continue
      items.push(makeBox(type, await source.bytes(offset, end - offset)))
    }
  }
  const udta = makeBox('udta', makeBox('meta', new Uint8Array(4), makeBox('ilst', ...items)))
  const bytes = concatenated(makeBox('ftyp', bytesOf('M4A \0\0\0\0')), makeBox('moov', udta))
  return { mimeType: 'audio/mp4', bytes }
}

/** `meta` is a full box, with four bytes before its content, except in QuickTime. */
async function findItemList(source: ByteSource, meta: Box): Promise<Box | undefined> {
  const full = { ...meta, offset: meta.offset + 4 }
  return (await findBox(source, full, ['ilst'])) ?? (await findBox(source, meta, ['ilst']))
}
