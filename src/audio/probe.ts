/** Second step of an upload: proves by its bytes that the staged file is audio, and reads its facts and tags. */
import { Problem } from '../http/problem.ts'
import { awaitStorage } from '../http/storage.ts'
import type { AudioType } from './audioFormats.ts'
import { ByteSource } from './byteSource.ts'
import { surveyFile } from './containers/detectFormat.ts'
import { damaged, type Survey } from './containers/survey.ts'
import { mergeTags, type EmbeddedTags } from './tags.ts'

export type { EmbeddedTags }

/** The facts about a file. Numbers are in seconds, bit/s and Hz; null is unknown. */
export type Probe = {
  contentType: AudioType
  duration: number
  codec: string | null
  bitrate: number | null
  sampleRate: number
  channels: number | null
  tags: EmbeddedTags
}

/** Twice the length of the longest codec name in use. */
const maxCodecLength = 60
const maxSeconds = 24 * 60 * 60
const maxSampleRate = 10_000_000
const maxChannels = 255
/** In bit/s: no codec in use codes silence in less, except FLAC, whose samples are counted. */
const minBitrate = 250

/** Probes an object by ranged reads. Throws 415 `not-audio` and 422 `damaged-audio`. */
export async function probe(bucket: R2Bucket, staged: { key: string; size: number }): Promise<Probe> {
  const source = new ByteSource(staged.size, async (offset, length) => {
    const object = await awaitStorage(bucket.get(staged.key, { range: { offset, length } }))
    if (!object) throw new Problem('storage-unavailable', { cause: 'the staged object is missing' })
    return new Uint8Array(await awaitStorage(object.arrayBuffer()))
  })
  return await probeSource(source)
}

/** Probes any source of bytes. */
export async function probeSource(source: ByteSource): Promise<Probe> {
  const survey = await surveyFile(source)
  // Rounded before it is checked: less than half a microsecond is no audio.
  const duration = Math.round(survey.duration * 1e6) / 1e6
  const impossible = findImpossible({ ...survey, duration }, source.size)
  if (impossible) throw damaged(impossible)
  const { contentType, channels } = survey
  // The average over the file where the format gives no bit rate of its own.
  const bitrate = storable(Math.round(survey.bitrate ?? (source.size * 8) / duration))
  const sampleRate = Math.round(survey.sampleRate)
  const codec = printable(survey.codec)
  return { contentType, duration, codec, bitrate, sampleRate, channels, tags: mergeTags(survey.tags) }
}

/** Why the facts cannot be true; undefined if they can. */
function findImpossible({ duration, sampleRate, channels, codec }: Survey, size: number): string | undefined {
  if (!(sampleRate >= 1 && sampleRate <= maxSampleRate)) return 'Its sample rate is impossible.'
  if (channels !== null && !(channels >= 1 && channels <= maxChannels)) {
    return 'Its number of channels is impossible.'
  }
  if (!(duration > 0)) return 'It contains no audio.'
  if (!(duration <= maxSeconds)) return 'It declares more than a day of audio.'
  if (codec !== 'FLAC' && (size * 8) / duration < minBitrate) {
    return 'It declares more audio than its bytes can contain.'
  }
  return undefined
}

/** A codec name may be any bytes in the file. It becomes one printable line, or null if nothing is left. */
function printable(codec: string): string | null {
  const name = codec.replace(/[^\x21-\x7e]+/g, ' ').trim()
  return name.slice(0, maxCodecLength).trim() || null
}

/** The database column has 32 bits. */
function storable(count: number): number | null {
  return count > 0 && count < 2 ** 31 ? count : null
}
