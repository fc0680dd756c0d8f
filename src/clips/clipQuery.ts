/** The parameters that say which clips a list or its facets show. */
import { z } from '@hono/zod-openapi'
import { unauthorized } from '../access/authenticate.ts'
import { anonymous, visibleTo, type Caller } from '../access/permissions.ts'
import type { ClipFilter } from '../db/clipScope.ts'
import { searchText } from '../http/text.ts'
import { Artist, Genre, License, Tag, Visibility } from './clipFields.ts'

/** Seconds in a query, with fractions. */
function seconds(description: string) {
  const error = 'Must be a number of seconds, such as `30` or `1.5`.'
  return z
    .string({ error })
    .regex(/^\d{1,9}(\.\d{1,9})?$/, { error })
    .transform(Number)
    .optional()
    .openapi({ type: 'number', minimum: 0, description, example: undefined })
}

export const ClipQuery = z.strictObject({
  search: searchText(200)
    .optional()
    .openapi({
      description:
        'Words that all appear in title, artist, tags, genre or description, in any order. Case, accents and signs do not ' +
        'matter, and misspelt or unfinished words find similar ones. `"a phrase"` is found as it is, `-word` excludes, and ' +
        '`or` stands between alternatives. The first eight words count.',
      example: 'rain',
    }),
  genre: Genre.optional(),
  tag: z
    .union([z.string(), z.array(z.string())])
    .transform((sent) => [sent].flat())
    .pipe(z.array(Tag).max(10, 'Must have at most 10 tags.'))
    .default([])
    .openapi({
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 50 },
      maxItems: 10,
      description: 'May be repeated: all tags must match.',
    }),
  artist: Artist.optional().openapi({
    description: 'The whole name. Case, accents and signs do not matter.',
  }),
  license: License.optional().openapi({ description: 'The whole licence, in any case.' }),
  min_duration: seconds('The shortest duration, in seconds. Clips of unknown duration are left out.'),
  max_duration: seconds('The longest duration, in seconds. Clips of unknown duration are left out.'),
  visibility: Visibility.optional().openapi({ description: 'Only public or only private clips.' }),
  owner: z
    .literal('me', { error: 'Must be `me`.' })
    .optional()
    .openapi({ description: 'Only clips of the key that asks.', example: undefined }),
})

export type ClipQuery = z.output<typeof ClipQuery>

/** The clips that the query asks for, as far as the caller may find them. Throws 401 for `owner=me` without a key. */
export function filterOf(query: ClipQuery, caller: Caller): ClipFilter {
  if (query.owner === 'me' && caller === anonymous) throw unauthorized('`owner=me` needs an API key.')
  return {
    genre: query.genre,
    tags: [...new Set(query.tag)].toSorted(),
    artist: query.artist,
    license: query.license,
    minDuration: query.min_duration,
    maxDuration: query.max_duration,
    visibility: query.visibility,
    owner: query.owner === 'me' ? caller.keyId : undefined,
    visible: visibleTo(caller),
  }
}
