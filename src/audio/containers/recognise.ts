/** Which container a file is, by its first bytes. */
import type { ByteSource } from '../byteSource.ts'
import { damaged, notAudio } from '../refusals.ts'
import { surveyAiff } from './aiff.ts'
import { characters, startsWith } from './bytes.ts'
import { surveyEbml } from './ebml.ts'
import { surveyFlac } from './flac.ts'
import { excerptId3, id3HeaderBytes, id3Length } from './id3.ts'
import { surveyIsoMedia } from './isoMedia.ts'
import { surveyMpeg } from './mpeg.ts'
import { surveyOgg } from './ogg.ts'
import type { Excerpt, Survey } from './survey.ts'
import { surveyWave } from './wave.ts'

const signatureBytes = 16
/** ID3v2 tags one after the other. */
const maxTags = 8

/**
 * How files begin that are not audio: without these, MP3 frames inside an archive or a page would be found behind its
 * beginning. Archives, documents, pictures, programs; and markup and JSON, which may have white space before them.
 */
const others = [
  'PK\u0003\u0004',
  'Rar!',
  '7z\u00bc\u00af',
  '\u001f\u008b',
  '%PDF',
  '%!PS',
  '\u0089PNG',
  '\u00ff\u00d8\u00ff',
  'GIF8',
  'BM',
  'MZ',
  '\u007fELF',
]
const markup = /^(\u00ef\u00bb\u00bf)?\s*[<{[]/

/** Looks through a file. Throws `not-audio` or `damaged-audio`. */
export async function survey(source: ByteSource): Promise<Survey> {
  const { offset, tags } = await readLeadingTags(source)
  const start = await source.bytes(offset, signatureBytes)
  const found = offset === 0 ? await surveyFromStart(source, start) : undefined
  if (found) return found
  if (startsWith(start, 'fLaC')) return withTags(await surveyFlac(source, offset), tags)
  const text = characters(start, 0, signatureBytes)
  if (markup.test(text) || others.some((other) => text.startsWith(other))) throw notAudio(text)
  return withTags(await surveyMpeg(source, offset), tags)
}

/** What has its signature at the very beginning, before any tag. */
async function surveyFromStart(source: ByteSource, start: Uint8Array): Promise<Survey | undefined> {
  const form = characters(start, 8, 4)
  const is = (signature: string): boolean => startsWith(start, signature)
  if ((is('RIFF') || is('RF64') || is('BW64')) && form === 'WAVE') return await surveyWave(source)
  if (is('FORM') && (form === 'AIFF' || form === 'AIFC')) return await surveyAiff(source)
  if (is('RIFF') || is('FORM')) throw notAudio(`${characters(start, 0, 4)} of ${form}`)
  if (is('OggS')) return await surveyOgg(source)
  if (is('\u001a\u0045\u00df\u00a3')) return await surveyEbml(source)
  if (startsWith(start, 'ftyp', 4)) return await surveyIsoMedia(source)
  return undefined
}

async function readLeadingTags(source: ByteSource): Promise<{ offset: number; tags: Excerpt[] }> {
  const tags: Excerpt[] = []
  let offset = 0
  for (let count = 0; count < maxTags; count++) {
    const length = id3Length(await source.bytes(offset, id3HeaderBytes))
    if (length === undefined) break
    if (offset + length > source.size) throw damaged('It is cut short within the tag at its start.')
    tags.push(await excerptId3(source, offset, length))
    offset += length
  }
  return { offset, tags }
}

/** FLAC's own comments come before an ID3 tag, which is not part of it; before MP3's later tags the ID3 tag. */
function withTags(found: Survey, leading: Excerpt[]): Survey {
  const { tags } = found
  return { ...found, tags: found.codec === 'FLAC' ? [...tags, ...leading] : [...leading, ...tags] }
}
