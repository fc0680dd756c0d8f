/** The table of container formats: the first bytes decide which one a file has. */
import type { ByteSource } from '../byteSource.ts'
import type { Excerpt } from '../tags.ts'
import { surveyAiff } from './aiff.ts'
import { characters } from './bytes.ts'
import { surveyFlac } from './flac.ts'
import { excerptId3, id3HeaderBytes, id3Length } from './id3.ts'
import { surveyMp4 } from './mp4.ts'
import { surveyMpeg } from './mpeg.ts'
import { surveyOgg } from './ogg.ts'
import { damaged, notAudio, type Survey, type SurveyFormat } from './survey.ts'
import { surveyWav } from './wav.ts'
import { surveyWebm } from './webm.ts'

const signatureBytes = 16
/** ID3v2 tags in a row. */
const maxTags = 8

/**
 * Archives, documents, pictures and programs, and markup and JSON, which white space may precede. Without these, an
 * archive or a page that has MP3 frames in it would pass as MP3.
 */
const otherSignatures = [
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

type Format = {
  /** `head` is the first bytes, each as one character. */
  matches: (head: string) => boolean
  /** Undefined for what is not accepted. */
  survey: SurveyFormat | undefined
  /** Whether ID3v2 tags may precede it. */
  mayFollowTags?: true
}

/** The first match decides. MPEG has no signature: it is what is left. */
const formats: Format[] = [
  { matches: (head) => /^(RIFF|RF64|BW64).{4}WAVE/s.test(head), survey: surveyWav },
  { matches: (head) => /^FORM.{4}AIF[FC]/s.test(head), survey: surveyAiff },
  { matches: (head) => /^(RIFF|FORM)/.test(head), survey: undefined },
  { matches: (head) => head.startsWith('OggS'), survey: surveyOgg },
  { matches: (head) => head.startsWith('\u001a\u0045\u00df\u00a3'), survey: surveyWebm },
  { matches: (head) => head.startsWith('ftyp', 4), survey: surveyMp4 },
  { matches: (head) => head.startsWith('fLaC'), survey: surveyFlac, mayFollowTags: true },
  { matches: isOther, survey: undefined, mayFollowTags: true },
  { matches: () => true, survey: surveyMpeg, mayFollowTags: true },
]

function isOther(head: string): boolean {
  return markup.test(head) || otherSignatures.some((signature) => head.startsWith(signature))
}

/** Surveys a file of any format. Throws `not-audio` or `damaged-audio`. */
export async function surveyFile(source: ByteSource): Promise<Survey> {
  const { offset, tags } = await readLeadingTags(source)
  const head = characters(await source.bytes(offset, signatureBytes), 0, signatureBytes)
  const format = formats.find(
    ({ matches, mayFollowTags }) => (offset === 0 || mayFollowTags) && matches(head),
  )
  if (!format?.survey) throw notAudio(head)
  const survey = await format.survey(source, offset)
  // An ID3 tag is no part of FLAC, so FLAC's own comments come first. In MP3 the tag at the start does.
  const inOrder = format.survey === surveyFlac ? [...survey.tags, ...tags] : [...tags, ...survey.tags]
  return { ...survey, tags: inOrder }
}

async function readLeadingTags(source: ByteSource): Promise<{ offset: number; tags: Excerpt[] }> {
  const tags: Excerpt[] = []
  let offset = 0
  for (let count = 0; count < maxTags; count++) {
    const length = id3Length(await source.bytes(offset, id3HeaderBytes))
    if (length === undefined) break
    if (offset + length > source.size) throw damaged('It is cut short within its ID3 tag.')
    tags.push(await excerptId3(source, offset, length))
    offset += length
  }
  return { offset, tags }
}
