/** The sound of an MP4 file: the samples of the track that the survey takes. */
import type { ByteSource } from '../byteSource.ts'
import type { Decoded } from './decoderConfig.ts'
import { preSkipOf } from './decoderHeaders.ts'
import { readMovie, readTrackEntry, type Movie } from './mp4Movie.ts'
import { readPlayed } from './mp4Played.ts'
import type { SampleEntry } from './mp4SampleEntry.ts'
import { placesIn, readChunkStretches, readFragmentStretches } from './mp4Stretches.ts'
import { sumDurations, type Track } from './mp4Tracks.ts'
import type { SoundPart, SoundTrack } from './sound.ts'
import { readPlaces } from './soundPackets.ts'

export async function* readMp4Sound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  const movie = await readMovie(source, start)
  const { moov, fragments, track } = movie
  if (!track || track.timescale === 0) return
  const entry = await readTrackEntry(source, movie, track)
  if (!entry?.decoded) return
  const { blocks } = entry
  const chunks = await readChunkStretches(source, track.stbl, track.sampleCount, blocks)
  yield { track: await trackOf(source, movie, track, entry, entry.decoded) }
  yield* readPlaces(source, placesIn(chunks, blocks))
  for await (const runs of readFragmentStretches(source, moov, fragments, track.id)) {
    yield* readPlaces(source, placesIn(runs, blocks))
  }
}

async function trackOf(
  source: ByteSource,
  { moov, fragments }: Movie,
  track: Track,
  entry: SampleEntry,
  decoded: Decoded,
): Promise<SoundTrack> {
  // SBR and PS play at twice the rate, and on two channels, of what is decoded.
  const sampleRate = decoded.sampleRate || entry.sampleRate
  const channels = decoded.channels || entry.channels
  const isFragmented = fragments.length > 0
  const sizes = { isFragmented, sampleRate: entry.sampleRate }
  // How long fragments are is not known before they are read.
  const all = isFragmented ? Infinity : (await sumDurations(source, track)) / track.timescale
  const { fromSeconds, seconds } = await readPlayed(source, moov, track, all, sizes)
  const { coding } = decoded
  // Without an edit list, Opus says it in its header.
  const preSkip = coding.codec === 'opus' ? preSkipOf(coding.head) : 0
  const skipSamples = fromSeconds > 0 ? Math.round(fromSeconds * sampleRate) : preSkip
  const playsSamples = Number.isFinite(seconds) ? Math.round(seconds * sampleRate) : undefined
  return { coding, sampleRate, channels, skipSamples, playsSamples }
}
