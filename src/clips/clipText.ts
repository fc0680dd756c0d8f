/** The texts of a new clip: from the request, from the tags in the file, and from the file's name. Pure. */
import type { z } from '@hono/zod-openapi'
import type { EmbeddedTags } from '../audio/probe.ts'
import { repairText } from '../audio/textEncoding.ts'
import { Problem, type Place } from '../http/problem.ts'
import { Artist, Description, Genre, Title, type NewClipFields } from './clipFields.ts'

/** Every text of a clip. */
export type ClipText = Required<{
  [Field in keyof NewClipFields]: NonNullable<NewClipFields[Field]> | null
}> & {
  title: string
  tags: string[]
  visibility: 'public' | 'private'
}

/** The request comes first, then the file's tags. A title may also come from the file's name; without any it is a 422. */
export function describeClip(
  fields: NewClipFields,
  tags: EmbeddedTags,
  fileName: string | undefined,
  titlePlace: Place,
): ClipText {
  const title = fields.title ?? embedded(Title, tags.title, 200) ?? embedded(Title, bareName(fileName), 200)
  if (title === undefined) {
    const detail = 'Is required, because neither the file nor its name gives a title.'
    throw new Problem('invalid-fields', { errors: [{ ...titlePlace, detail }] })
  }
  return {
    title,
    description: fields.description ?? embeddedDescription(tags.description) ?? null,
    artist: fields.artist ?? embedded(Artist, tags.artist, 200) ?? null,
    genre: fields.genre ?? embedded(Genre, tags.genre?.toLowerCase(), 60) ?? null,
    tags: fields.tags ?? [],
    license: fields.license ?? null,
    visibility: fields.visibility ?? 'public',
  }
}

/** A text from the file. Nobody can be asked to correct it, so it is cut to fit instead of refused. */
function embedded(
  schema: z.ZodType<string>,
  text: string | undefined,
  maxLength: number,
): string | undefined {
  return schema.safeParse(fitLine(text ?? '', maxLength)).data
}

function embeddedDescription(text: string | undefined): string | undefined {
  return Description.safeParse(fitText(text ?? '', 5000)).data
}

/** The title in a file's name: `C:\songs\My Song.mp3` gives "My Song", whatever blanks follow the extension. */
function bareName(fileName: string | undefined): string | undefined {
  return fileName && baseName(fileName).replace(/\.[a-z0-9]{1,5}[\s\p{Z}\p{Cc}\p{Cf}]*$/iu, '')
}

/** The name that the audio keeps for downloads: the file's own, or the title where it has none. */
export function nameAtUpload(fileName: string | undefined, title: string): string {
  return fitLine(baseName(fileName ?? ''), 200) || title
}

/** The last segment of a path of any system. */
function baseName(path: string): string {
  return repairText(path).split(/[\\/]/).at(-1) ?? ''
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Makes text fit: composed (NFC), well-formed, trimmed, spaces instead of control characters and line separators (line
 * feeds and tabs stay), and at most `maxLength` long. The cut never splits what reads as one character.
 */
export function fitText(text: string, maxLength: number): string {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]+|[\p{Zl}\p{Zp}]+/gu, ' ')
    .toWellFormed()
    .normalize('NFC')
    .trim()
  return clean.length <= maxLength ? clean : cutAtCharacter(clean, maxLength).trim()
}

/** The same on one line. */
export function fitLine(text: string, maxLength: number): string {
  return fitText(text.replace(/[\n\r\t]+/g, ' '), maxLength)
}

function cutAtCharacter(text: string, maxLength: number): string {
  // The segmenter must see whether a character continues after the cut.
  const end = segmenter.segment(text.slice(0, maxLength + 2)).containing(maxLength)?.index ?? 0
  // One letter with very many marks may be longer than the limit.
  return end > 0 ? text.slice(0, end) : text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')
}
