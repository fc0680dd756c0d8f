/** ISO base media files (ISO/IEC 14496-12): M4A, MP4 with nothing but sound, 3GP, QuickTime. */
import type { ByteSource } from '../byteSource.ts'
import { damaged, holdsVideo, notAudio, unlessDamaged } from '../refusals.ts'
import { boxesIn, findBox, makeBox, readBox, type Box } from './boxes.ts'
import { bytesOf, characters, concatenated, dataView } from './bytes.ts'
import { readDefaults, sumFragment } from './isoFragments.ts'
import { readTimes, readTracks, type Track } from './isoTracks.ts'
import type { Excerpt, Survey } from './survey.ts'
import { waveCodec } from './waveFormats.ts'

/** Names by the coding that a sample entry has. */
const codecs: Record<string, string> = {
  mp4a: 'MPEG-4/AAC',
  alac: 'ALAC',
  fLaC: 'FLAC',
  Opus: 'Opus',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  '.mp3': 'MPEG-1 layer 3',
}
/** Major brands (§4.3) of movies and sound; pictures are such files too. */
const brands = /^(M4[ABPV] |mp4|iso|avc1|dash|qt|3g|MSNV|F4A|F4B|cmf|mmp4)/
/** Boxes at the top that, cut short, mean that the file is; anything else there is an addition. */
const known = /^(moov|mdat|moof|meta|free|skip|udta|uuid|sidx|mfra|styp|wide|pdin|emsg|ftyp)$/
/** A track of pictures, such as covers of chapters, shows no video. */
const stills = /^(jpeg|png )$/
/** How much longer than its samples a track may say it is. */
const slack = { share: 0.05, seconds: 1 }
const tagItems = /^(\u00a9nam|\u00a9ART|\u00a9gen|gnre|\u00a9cmt|desc|ldes)$/
const maxItemBytes = 64 * 1024
const maxItems = 20

type Found = { moov?: Box; dataBytes: number; fragments: Box[] }

export async function surveyIsoMedia(source: ByteSource): Promise<Survey> {
  const brand = characters(await source.bytes(8, 4), 0, 4)
  if (!brands.test(brand)) throw notAudio(`brand ${brand}`)
  const found = await findTopBoxes(source)
  if (!found.moov) throw damaged('It is cut short: there is no index of its audio.')
  const tracks = await readTracks(source, found.moov)
  if (tracks.some(({ handler, coding }) => handler === 'vide' && !stills.test(coding))) throw holdsVideo()
  const track = tracks.find(({ handler }) => handler === 'soun')
  if (!track) throw notAudio('no track is of sound')
  if (track.sampleBytes > found.dataBytes) throw damaged('It holds less audio than its index says.')
  const duration = await secondsOf(source, found.moov, found.fragments, track)
  const { coding, channels, sampleRate } = track
  const bitrate = ((track.sampleBytes || found.dataBytes) * 8) / duration
  const tags = await unlessDamaged(excerptTags(source, found.moov))
  const codec = codecs[coding] ?? microsoftCodec(coding) ?? coding
  return {
    contentType: 'audio/mp4',
    codec,
    duration,
    sampleRate,
    channels,
    bitrate,
    tags: tags ? [tags] : [],
  }
}

/** QuickTime's codes for WAVE formats are `ms` and the number of the format. */
function microsoftCodec(coding: string): string | undefined {
  return coding.startsWith('ms') ? waveCodec(dataView(bytesOf(coding)).getUint16(2)) : undefined
}

async function findTopBoxes(source: ByteSource): Promise<Found> {
  const found: Found = { dataBytes: 0, fragments: [] }
  let at = 0
  while (at < source.size) {
    const box = await readBox(source, at, source.size)
    const again = box?.type === 'ftyp' && at > 0 // another file, joined to this one
    const complete = found.moov && found.dataBytes > 0
    if (complete && (!box || again || !known.test(box.type))) break
    if (!box || box.end > source.size) throw damaged(`It is cut short${box ? ` within ${box.type}` : ''}.`)
    if (box.type === 'moov') found.moov ??= box
    if (box.type === 'moof') found.fragments.push(box)
    if (box.type === 'mdat') found.dataBytes += box.end - box.offset
    at = box.end
  }
  if (found.dataBytes === 0) throw damaged('It holds no audio.')
  return found
}

/**
 * As its samples add up to; what the headers say must agree with it. An edit list, which leaves out what the encoder
 * has added at the start, makes the movie shorter.
 */
async function secondsOf(source: ByteSource, moov: Box, fragments: Box[], track: Track): Promise<number> {
  let units = track.summed
  const defaults = await readDefaults(source, moov)
  for (const moof of fragments) units += await sumFragment(source, moof, track.id, defaults)
  if (track.timescale === 0) throw damaged('Its times have no scale.')
  const seconds = units / track.timescale
  const mvhd = await findBox(source, moov, ['mvhd'])
  const movie = mvhd ? await readTimes(source, mvhd) : { duration: 0, timescale: 1 }
  const playing = movie.duration / movie.timescale
  for (const claim of [track.declared / track.timescale, playing]) {
    if (claim > seconds * (1 + slack.share) + slack.seconds) {
      throw damaged('It says to be longer than its audio is.')
    }
  }
  return track.edited && playing > 0 ? Math.min(playing, seconds) : seconds
}

/** A movie of nothing but the texts that are used. */
async function excerptTags(source: ByteSource, moov: Box): Promise<Excerpt> {
  const items: Uint8Array[] = []
  const meta = await findBox(source, moov, ['udta', 'meta'])
  const ilst = meta && (await findItemList(source, meta))
  if (ilst) {
    for await (const { type, offset, end } of boxesIn(source, ilst)) {
      if (!tagItems.test(type) || end - offset > maxItemBytes || items.length === maxItems) continue
      items.push(makeBox(type, await source.bytes(offset, end - offset)))
    }
  }
  return movieOf(items)
}

function movieOf(items: Uint8Array[]): Excerpt {
  const udta = makeBox('udta', makeBox('meta', new Uint8Array(4), makeBox('ilst', ...items)))
  const bytes = concatenated(makeBox('ftyp', bytesOf('M4A \0\0\0\0')), makeBox('moov', udta))
  return { mimeType: 'audio/mp4', bytes }
}

/** `meta` is a full box, with four bytes before its parts, but for QuickTime. */
async function findItemList(source: ByteSource, meta: Box): Promise<Box | undefined> {
  const full = { ...meta, offset: meta.offset + 4 }
  return (await findBox(source, full, ['ilst'])) ?? (await findBox(source, meta, ['ilst']))
}
