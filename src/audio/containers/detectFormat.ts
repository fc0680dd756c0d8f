/** The table of container formats: the first bytes decide which one a file has. */
import type { ByteSource } from '../byteSource.ts'
import type { EmbeddedTags } from '../tags.ts'
import { aiff } from './aiff.ts'
import { amr } from './amr.ts'
import { characters } from './bytes.ts'
import { caf } from './caf.ts'
import { flac } from './flac.ts'
import { id3HeaderBytes, id3Length, readId3 } from './id3.ts'
import { mp4 } from './mp4.ts'
import { mpeg } from './mpeg.ts'
import { ogg } from './ogg.ts'
import { recognise, signatureBytes } from './otherFormats.ts'
import type { SoundPart } from './sound.ts'
import { damaged, notAudio, type Format, type Survey } from './survey.ts'
import { wav } from './wav.ts'
import { webm } from './webm.ts'

/** ID3v2 tags in a row. */
const maxTags = 8

/** The first match decides. MPEG has no signature: it is what is left, after what is known to be something else. */
const formats: Format[] = [wav, aiff, caf, amr, ogg, webm, mp4, flac]

/** In one file. Each needs a decoder. */
const maxTracks = 1000

/** Surveys a file of any format. Throws `not-audio` or `damaged-audio`. */
export async function surveyFile(source: ByteSource): Promise<Survey> {
  const tags: EmbeddedTags[] = []
  let start = 0
  for await (const { offset, length } of leadingTags(source)) {
    tags.push(await readId3(source, offset, length))
    start = offset + length
  }
  const { format, head } = await formatAt(source, start)
  const other = format ? undefined : recognise(head)
  if (other) throw notAudio(head.slice(0, 16), other)
  const known = format ?? mpeg
  if (start > 0 && known.leadingTag === 'refused') throw notAudio('an ID3 tag in front of another format')
  const survey = await known.survey(source, start)
  return {
    ...survey,
    tags: known.leadingTag === 'first' ? [...tags, ...survey.tags] : [...survey.tags, ...tags],
  }
}

/**
 * The sound of a file that has been surveyed: nothing if its codec has no decoder. Throws `damaged-audio` where the file is
 * not as it was surveyed.
 */
export async function* readSound(source: ByteSource): AsyncGenerator<SoundPart> {
  let start = 0
  for await (const { offset, length } of leadingTags(source)) start = offset + length
  const { format = mpeg } = await formatAt(source, start)
  let tracks = 0
  for await (const part of format.readSound?.(source, start) ?? []) {
    if ('track' in part && ++tracks > maxTracks) throw damaged('It has too many streams.')
    yield part
  }
}

async function formatAt(
  source: ByteSource,
  at: number,
): Promise<{ format: Format | undefined; head: string }> {
  const head = characters(await source.bytes(at, signatureBytes), 0, signatureBytes)
  return { format: formats.find(({ matches }) => matches(head)), head }
}

async function* leadingTags(source: ByteSource): AsyncGenerator<{ offset: number; length: number }> {
  let offset = 0
  for (let count = 0; count < maxTags; count++) {
    const length = id3Length(await source.bytes(offset, id3HeaderBytes))
    if (length === undefined) break
    if (offset + length > source.size) throw damaged('It is cut short within its ID3 tag.')
    yield { offset, length }
    offset += length
  }
}
