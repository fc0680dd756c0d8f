/** What a first version of the product does, beside ours. */
import { sql } from 'drizzle-orm'
import { clips } from '../../../src/db/schema.ts'
import type { NamedQuery, Scope } from './namedQuery.ts'
import { rareWord, wordsOfTitle } from './names.ts'

const ilike = (name: string, words: (scope: Scope) => string[]): NamedQuery => ({
  name: `ILIKE: ${name}`,
  mostBuffers: Infinity,
  run: async (scope) => {
    const { title, description, artist } = clips
    const matches = words(scope).map((word) => {
      const pattern = `%${word}%`
      return sql`(${title} ilike ${pattern} or ${description} ilike ${pattern} or ${artist} ilike ${pattern})`
    })
    return await scope.db.execute(sql`select * from ${clips}
      where visibility = 'public' and ${sql.join(matches, sql` and `)} order by created_at desc, id desc limit 21`)
  },
})

export const ilikeQueries: NamedQuery[] = [
  ilike('words of a title', wordsOfTitle),
  ilike('frequent word', () => ['the']),
  ilike('rare word', () => [rareWord]),
  ilike('two letters that no clip has', () => ['qz']),
]

/** The page of those that trend, if the days were summed up when it is asked for. */
export const summedUp: NamedQuery = {
  name: 'trending, summed up when asked for',
  mostBuffers: Infinity,
  run: async ({ db }) =>
    await db.execute(sql`select clips.*, coalesce(trend.score, 0) from clips left join (
        select clip_id, sum(plays * power(0.5::float8, ((now() at time zone 'UTC')::date - date) / 3.0::float8)) as score
        from clip_days where date > (now() at time zone 'UTC')::date - 14 group by clip_id
      ) trend on trend.clip_id = clips.id
      where visibility = 'public' order by coalesce(trend.score, 0) desc, id desc limit 21`),
}
