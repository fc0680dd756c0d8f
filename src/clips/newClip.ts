/** What a new clip is called and described as, from what was sent, the file's own tags, and its name. Pure. */
import type { z } from '@hono/zod-openapi'
import type { EmbeddedTags } from '../audio/probe.ts'
import { repairText } from '../audio/tags.ts'
import { Problem } from '../http/problem.ts'
import { Artist, Description, Genre, type NewClipFields, Title } from './fields.ts'
import { fitLine, fitText } from './fitText.ts'

export type ClipText = Required<{
  [Field in keyof NewClipFields]: NonNullable<NewClipFields[Field]> | null
}> & {
  title: string
  tags: string[]
  visibility: 'public' | 'private'
}

/** What was sent comes first, then the file's tags; a title may come from the file's name. Without any: 422. */
export function describeClip(
  fields: NewClipFields,
  tags: EmbeddedTags,
  fileName: string | undefined,
): ClipText {
  const title = fields.title ?? embedded(Title, tags.title, 200) ?? embedded(Title, bareName(fileName), 200)
  if (title === undefined) {
    throw new Problem('invalid-fields', {
      errors: [{ pointer: '/title', detail: 'Neither the file nor its name gives a title: send one.' }],
    })
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

/** A value from the file, made to fit: nobody can be asked to correct it, so it is cut rather than refused. */
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

/** `C:\songs\My Song.mp3` is called "My Song". */
function bareName(fileName: string | undefined): string | undefined {
  return (
    fileName &&
    repairText(fileName)
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.[a-z0-9]{1,5}$/i, '')
  )
}
