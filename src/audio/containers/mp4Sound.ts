/** The sound of an MP4 file: the samples of the track that the survey takes. */
import type { ByteSource } from '../byteSource.ts'
import type { Decoded } from './decoderConfig.ts'
import { readMovie, readTrackEntry, type Movie } from './mp4Movie.ts'
import { readPlayed } from './mp4Played.ts'
import type { SampleEntry } from './mp4SampleEntry.ts'
import { placesIn, readChunkStretches, readFragmentStretches } from './mp4Stretches.ts'
import type { Track } from './mp4Tracks.ts'
import type { SoundPart, SoundTrack } from './sound.ts'
import { readPlaces } from './soundPackets.ts'

export async function* readMp4Sound(source: ByteSource, start: number): AsyncGenerator<SoundPart> {
  const movie = await readMovie(source, start)
  const { moov, fragments, track } = movie
  if (!track || track.timescale === 0) return
  const entry = await readTrackEntry(source, movie, track)
  if (!entry?.decoded) return
  const { blocks } = entry
  const frameBytes = blocks && blocks.bytes / blocks.samples
  const chunks = await readChunkStretches(source, track.stbl, track.sampleCount, frameBytes)
  yield { track: await trackOf(source, movie, track, entry, entry.decoded) }
  yield* readPlaces(source, placesIn(chunks, blocks?.bytes))
  for await (const runs of readFragmentStretches(source, moov, fragments, track.id)) {
    yield* readPlaces(source, placesIn(runs, blocks?.bytes))
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
  const { fromSeconds, seconds } = await readPlayed(source, moov, track, Infinity, sizes)
  const skipSamples = Math.round(fromSeconds * sampleRate)
  const playsSamples = Number.isFinite(seconds) ? Math.round(seconds * sampleRate) : undefined
  return { coding: decoded.coding, sampleRate, channels, skipSamples, playsSamples }
}
