/** Second step of an upload: what arrived is audio, by its bytes, and this is what the file says of itself. */
import { Problem } from '../http/problem.ts'
import { storageAway } from '../http/storageAway.ts'
import type { Arrived } from './arrive.ts'
import type { AudioType } from './audioType.ts'
import { ByteSource } from './byteSource.ts'
import { survey } from './containers/recognise.ts'
import type { EmbeddedTags, Survey } from './containers/survey.ts'
import { readTags } from './embeddedTags.ts'
import { findImpossible } from './plausible.ts'
import { damaged, isDamage } from './refusals.ts'

export type { EmbeddedTags }

/** What a file says of itself. Numbers in seconds, bit/s and Hz; null where it does not say. */
export type Probe = {
  contentType: AudioType
  duration: number
  codec: string | null
  bitrate: number | null
  sampleRate: number
  channels: number | null
  tags: EmbeddedTags
}

/** The longest name of a coding in use is half as long. */
const maxCodecLength = 60

/** Probes an object by ranged reads. What is not audio is a 415; what is but lies or is cut short, a 422. */
export async function probe(bucket: R2Bucket, arrived: Arrived): Promise<Probe> {
  const source = new ByteSource(arrived.size, async (offset, length) => {
    const object = await storageAway(bucket.get(arrived.key, { range: { offset, length } }))
    if (!object) throw new Problem('storage-away', { cause: 'what has just arrived is not there' })
    return new Uint8Array(await storageAway(object.arrayBuffer()))
  })
  return await probeSource(source)
}

/** The same of any source of bytes. */
export async function probeSource(source: ByteSource): Promise<Probe> {
  const found = await surveyed(source)
  // Rounded before it is judged: a sound of less than half a microsecond is none.
  const duration = Math.round(found.duration * 1e6) / 1e6
  const impossible = findImpossible({ ...found, duration }, source.size)
  if (impossible) throw damaged(impossible)
  const { contentType, sampleRate, channels } = found
  // Where only the whole is known, the average over it.
  const bitrate = Math.round(found.bitrate ?? (source.size * 8) / duration)
  const tags = await readTags(found.tags)
  const counts = { bitrate: storable(bitrate), sampleRate: Math.round(sampleRate), channels }
  return { contentType, duration, codec: printable(found.codec ?? ''), ...counts, tags }
}

/** What a file calls its coding is any bytes: on one line, and none where nothing is left of it. */
function printable(codec: string): string | null {
  const name = codec.replace(/[^\x21-\x7e]+/g, ' ').trim()
  return name.slice(0, maxCodecLength).trim() || null
}

/** The database keeps such numbers in 32 bits. */
function storable(count: number): number | null {
  return count > 0 && count < 2 ** 31 ? count : null
}

async function surveyed(source: ByteSource): Promise<Survey> {
  try {
    return await survey(source)
  } catch (error) {
    if (isDamage(error) && !(error instanceof Problem)) throw damaged('A length in it leads nowhere.')
    throw error
  }
}
