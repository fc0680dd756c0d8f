/** Second step of an upload: what arrived is audio, by its bytes, and this is what the file says of itself. */
import { parseFromTokenizer, type IAudioMetadata } from 'music-metadata'
import { Problem } from '../http/problem.ts'
import type { Arrived } from './arrive.ts'
import { audioContentType } from './audioType.ts'
import { ObjectTokenizer } from './objectTokenizer.ts'
import { storageAway } from './storageAway.ts'

/** What a file says of itself. Numbers in seconds, bit/s and Hz; null where it does not say. */
export type Probe = {
  contentType: string
  duration: number | null
  codec: string | null
  bitrate: number | null
  sampleRate: number | null
  channels: number | null
  tags: EmbeddedTags
}

/** The tags in the file, as they stand there. */
export type EmbeddedTags = {
  title: string | undefined
  artist: string | undefined
  genre: string | undefined
  description: string | undefined
}

/** Probes an object by ranged reads. What is not audio of a known format is a 415. */
export async function probe(bucket: R2Bucket, arrived: Arrived): Promise<Probe> {
  const tokenizer = new ObjectTokenizer(arrived.size, async (offset, length) => {
    const object = await storageAway(bucket.get(arrived.key, { range: { offset, length } }))
    if (!object) throw new Problem('storage-away', { cause: 'what has just arrived is not there' })
    return new Uint8Array(await storageAway(object.arrayBuffer()))
  })
  return readProbe(await readMetadata(tokenizer), arrived.size)
}

async function readMetadata(tokenizer: ObjectTokenizer): Promise<IAudioMetadata> {
  try {
    // `duration` reads every frame where no header tells; covers may be large and are not used.
    return await parseFromTokenizer(tokenizer, { duration: true, skipCovers: true })
  } catch (error) {
    if (error instanceof Problem) throw error
    throw notAudio(error)
  }
}

/** What the metadata comes down to. Pure. */
export function readProbe({ format, common }: IAudioMetadata, size: number): Probe {
  const contentType = audioContentType(format.container ?? '')
  if (!contentType || !format.hasAudio || !format.sampleRate) throw notAudio(format.container)
  if (format.hasVideo) throw new Problem('not-audio', { detail: 'The file holds video.' })
  const duration = positive(format.duration)
  // Ogg states a nominal rate, if any: there the average is nearer to the truth.
  const stated = format.container === 'Ogg' ? undefined : format.bitrate
  const bitrate = stated ?? (duration && (size * 8) / duration)
  return {
    contentType,
    duration,
    codec: format.codec ?? null,
    bitrate: whole(bitrate),
    sampleRate: whole(format.sampleRate),
    channels: whole(format.numberOfChannels),
    tags: {
      title: common.title,
      artist: common.artist,
      genre: common.genre?.[0],
      description: common.description?.[0] ?? common.comment?.[0]?.text,
    },
  }
}

function positive(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : null
}

function whole(value: number | null | undefined): number | null {
  const rounded = Math.round(value ?? 0)
  return rounded > 0 && rounded <= 2 ** 31 - 1 ? rounded : null
}

function notAudio(cause: unknown): Problem {
  const detail = 'Known formats: MP3, AAC, M4A, FLAC, WAV, AIFF, Ogg Vorbis, Opus, WebM.'
  return new Problem('not-audio', { detail, cause })
}
