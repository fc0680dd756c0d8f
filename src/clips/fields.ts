/** The fields of a clip that people write, and the rules for each. Pure. */
import { z } from '@hono/zod-openapi'

export const maxTags = 20

/**
 * Text on one line: trimmed, well-formed Unicode (NFC), without control characters. It is judged as it is stored, and
 * counted in code points, as the database counts.
 */
function line(maxLength: number, written = (text: string) => text) {
  return z
    .string()
    .transform((text) => written(text).normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(1, 'Must not be empty.')
        .max(maxLength, `At most ${maxLength} characters.`)
        .refine((text) => !/\p{Cc}/u.test(text), 'Must not contain control characters.')
        .refine((text) => text.isWellFormed(), 'Must be well-formed Unicode.'),
    )
}

/** In lower case, in which some letters are longer: "İ" becomes two. */
const lowerCaseLine = (maxLength: number) => line(maxLength, (text) => text.toLowerCase())

export const Title = line(200).openapi({
  description: 'What the clip is called.',
  example: 'Rain on a tin roof',
})

export const Description = z
  .string()
  .transform((text) => text.normalize('NFC').trim())
  .pipe(
    z
      .string()
      .min(1, 'Must not be empty.')
      .max(5000, 'At most 5000 characters.')
      .refine((text) => !/[^\P{Cc}\n\r\t]/u.test(text), 'Must not contain control characters.')
      .refine((text) => text.isWellFormed(), 'Must be well-formed Unicode.'),
  )
  .openapi({ description: 'A longer text, on several lines if need be.', example: 'Recorded under a shed.' })

export const Artist = line(200).openapi({ description: 'Who made it.', example: 'Clips' })

export const Genre = lowerCaseLine(60).openapi({ description: 'One genre, lower-case.', example: 'ambient' })

export const Tag = lowerCaseLine(50).openapi({ description: 'One tag, lower-case.', example: 'rain' })

export const Tags = z
  .array(Tag)
  .transform((tags) => [...new Set(tags)])
  .pipe(z.array(z.string()).max(maxTags, `At most ${maxTags} tags.`))
  .openapi({ type: 'array', description: 'Tags, without repeats.', example: ['rain', 'field-recording'] })

export const License = line(100).openapi({
  description: 'The licence, best as an SPDX identifier.',
  example: 'CC0-1.0',
})

export const Visibility = z
  .enum(['public', 'private'])
  .openapi({ description: 'Whether everyone may find and play it, or only its owner.', example: 'public' })

/** What may be said of a clip on creation; what is missing is read from the file. */
export const NewClipFields = z
  .strictObject({
    title: Title.optional(),
    description: Description.optional(),
    artist: Artist.optional(),
    genre: Genre.optional(),
    tags: Tags.optional(),
    license: License.optional(),
    visibility: Visibility.optional(),
  })
  .openapi('NewClipFields')

export type NewClipFields = z.output<typeof NewClipFields>

/** A JSON merge patch (RFC 7396) of a clip: null takes a value away. */
export const ClipPatch = z
  .strictObject({
    title: Title.optional(),
    description: Description.nullable().optional(),
    artist: Artist.nullable().optional(),
    genre: Genre.nullable().optional(),
    tags: Tags.nullable()
      .transform((tags) => tags ?? [])
      .optional(),
    license: License.nullable().optional(),
    visibility: Visibility.optional(),
  })
  .openapi('ClipPatch', { example: { title: 'Rain, later', genre: null } })

export type ClipPatch = z.output<typeof ClipPatch>

/**
 * Fields as a form or a query sends them (every value a text, `tags` repeated or separated by commas, an empty
 * text where a form field was left empty) in the shape that `NewClipFields` parses. A field sent twice stays a
 * list, which the schema refuses.
 */
export function fieldsFromTexts(
  texts: Iterable<readonly [name: string, value: string]>,
): Record<string, unknown> {
  const values = new Map<string, string[]>()
  for (const [name, value] of texts) {
    if (value.trim() === '') continue
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, fieldValue(name, all)]))
}

function fieldValue(name: string, values: string[]): unknown {
  if (name === 'tags') return values.flatMap((value) => value.split(',')).filter((tag) => tag.trim() !== '')
  return values.length === 1 ? values[0] : values
}
