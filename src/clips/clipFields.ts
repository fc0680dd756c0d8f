/** The fields of a clip that people set: their rules, for a new clip and for an edit. Pure. */
import { z } from '@hono/zod-openapi'
import { line, lowerCaseLine, multiLine } from '../http/text.ts'

const maxTags = 20

/** A field as the document shows it: its length and type are those of the stored text. */
const documented = (maxLength: number, description: string) => ({
  type: 'string' as const,
  minLength: 1,
  maxLength,
  description,
})

/** The fields as the document shows them. */
const docs = {
  title: documented(200, 'The name of the clip.'),
  description: documented(5000, 'A longer text. It may have several lines.'),
  artist: documented(200, 'Who made it.'),
  genre: documented(60, 'One genre. It is stored in lower case.'),
  tag: documented(50, 'A tag. It is stored in lower case.'),
  tags: {
    type: 'array' as const,
    items: { type: 'string' as const, minLength: 1, maxLength: 50 },
    maxItems: maxTags,
    description: 'Tags. Repeated ones are dropped.',
  },
  license: documented(100, 'The licence, best as an SPDX identifier.'),
  visibility: {
    type: 'string' as const,
    enum: ['public', 'private'],
    description: 'Who may find and play it: everyone (the default), or its owner.',
  },
}

export const Title = line(200).openapi(docs.title)
export const Description = multiLine(5000).openapi(docs.description)
export const Artist = line(200).openapi(docs.artist)
export const Genre = lowerCaseLine(60).openapi(docs.genre)
export const Tag = lowerCaseLine(50).openapi(docs.tag)
const Tags = z
  .array(Tag)
  .transform((sent) => [...new Set(sent)])
  .pipe(z.array(z.string()).max(maxTags, `Must have at most ${maxTags} tags.`))
  .openapi(docs.tags)
export const License = line(100).openapi(docs.license)
export const Visibility = z.enum(['public', 'private']).openapi(docs.visibility)

/** The fields of a new clip. Missing ones are read from the file. */
export const NewClipFields = z.strictObject({
  title: Title.optional(),
  description: Description.optional(),
  artist: Artist.optional(),
  genre: Genre.optional(),
  tags: Tags.optional(),
  license: License.optional(),
  visibility: Visibility.optional(),
})

export type NewClipFields = z.output<typeof NewClipFields>

/** A field that null removes. */
function removable<Schema extends z.ZodType<unknown, string>>(schema: Schema, doc: object) {
  return schema
    .nullable()
    .optional()
    .openapi({ ...doc, type: ['string', 'null'] })
}

/** A JSON merge patch (RFC 7396) of a clip: null removes a value. */
export const ClipPatch = z
  .strictObject({
    title: Title.optional(),
    description: removable(Description, docs.description),
    artist: removable(Artist, docs.artist),
    genre: removable(Genre, docs.genre),
    tags: Tags.nullable()
      .transform((sent) => sent ?? [])
      .optional()
      .openapi({ ...docs.tags, type: ['array', 'null'] }),
    license: removable(License, docs.license),
    visibility: Visibility.optional(),
  })
  .openapi('ClipPatch', { example: { description: 'Best heard with headphones.' } })

export type ClipPatch = z.output<typeof ClipPatch>

/** A field in a query or in a form. An empty text is an input that was left empty. */
function asText<Schema extends z.ZodType<unknown, string>>(schema: Schema) {
  return z
    .string()
    .transform((sent) => (sent.trim() === '' ? undefined : sent))
    .pipe(schema.optional())
    .optional()
}

/** A text that may be empty. So is its example, because the documentation page sends the examples of a form. */
const leftEmpty = (doc: ReturnType<typeof documented>) => ({ ...doc, minLength: 0, example: '' })

/** The fields of a new clip in a query or in the text parts of a form. Tags may be repeated or separated by commas. */
export const NewClipTexts = z.strictObject({
  title: asText(Title).openapi(leftEmpty(docs.title)),
  description: asText(Description).openapi(leftEmpty(docs.description)),
  artist: asText(Artist).openapi(leftEmpty(docs.artist)),
  genre: asText(Genre).openapi(leftEmpty(docs.genre)),
  tags: z
    .union([z.string(), z.array(z.string())])
    .transform((sent) => [sent].flat().flatMap((one) => one.split(',')))
    .transform((sent) => sent.filter((one) => one.trim() !== ''))
    .pipe(Tags)
    .optional()
    .openapi({ ...docs.tags, example: [] }),
  license: asText(License).openapi(leftEmpty(docs.license)),
  visibility: asText(Visibility).openapi(docs.visibility),
})
