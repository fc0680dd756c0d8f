/** Searches as people type them, and the template that Postgres reads for them. */
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseSearch } from '../../src/clips/searchQuery.ts'
import { database } from '../support/api.ts'

const long = 'a b c d e f g h'

describe('a search', () => {
  it.each<[search: string, template: string, typed: string[]]>([
    ['rain', 'w1', ['rain']],
    ['rain drops', 'w1 w2', ['rain', 'drops']],
    ['  rain \t drops\n', 'w1 w2', ['rain', 'drops']],
    ['Rain rain RAIN', 'w1 w1 w1', ['Rain']],
    ['"rain drops"', '" w1 w2 "', ['rain', 'drops']],
    ['"rain drops', '" w1 w2', ['rain', 'drops']],
    ['rain"drops"', 'w1 " w2 "', ['rain', 'drops']],
    ['rain "rain"', 'w1 " w2 "', ['rain', 'rain']],
    ['-rain', '-w1', ['rain']],
    ['rain -rain', 'w1 -w2', ['rain', 'rain']],
    ['-"rain drops" sun', '-" w1 w2 " w3', ['rain', 'drops', 'sun']],
    ['"rain -drops"', '" w1 w2 "', ['rain', 'drops']],
    ['rain - drops', 'w1 w2', ['rain', 'drops']],
    ['hip-hop', 'w1', ['hip-hop']],
    ['rain or sun', 'w1 or w2', ['rain', 'sun']],
    ['rain OR sun', 'w1 or w2', ['rain', 'sun']],
    ['rain Or "sun"', 'w1 or " w2 "', ['rain', 'sun']],
    ['"rain or sun"', '" w1 w2 w3 "', ['rain', 'or', 'sun']],
    // Nothing stands on the other side: it is a word.
    ['or', 'w1', ['or']],
    ['or rain', 'w1 w2', ['or', 'rain']],
    ['rain or', 'w1 w2', ['rain', 'or']],
    ['rain or ...', 'w1 w2', ['rain', 'or']],
    ['rain or or sun', 'w1 or w2 w3', ['rain', 'or', 'sun']],
    ['rain -or', 'w1 -w2', ['rain', 'or']],
    // Words beyond the eighth are left out, and what would stand before them.
    [`${long} i`, 'w1 w2 w3 w4 w5 w6 w7 w8', long.split(' ')],
    [`${long} or i`, 'w1 w2 w3 w4 w5 w6 w7 w8', long.split(' ')],
    [`${long} or i or a`, 'w1 w2 w3 w4 w5 w6 w7 w8 or w1', long.split(' ')],
    [`${long} "i j"`, 'w1 w2 w3 w4 w5 w6 w7 w8 " "', long.split(' ')],
  ])('%j is %j', (search, template, typed) => {
    expect(parseSearch(search)).toMatchObject({ template, typed })
  })

  it.each(['', ' ', '"', '""', '-', '- -', '!?', '... --- ...', '🎵', '" - "'])(
    '%j has no words',
    (search) => {
      expect(parseSearch(search)).toBeUndefined()
    },
  )

  it.each<[search: string, relaxed: string[]]>([
    ['rain', []],
    ['rain drops', ['w1', 'w2 or w1']],
    ['rain drops fall', ['w1 w2', 'w2 w3 or w1 w3 or w1 w2']],
    ['a b c d e f', []],
    ['rain -drops', []],
    ['"rain drops"', []],
    ['rain or drops', []],
  ])('%j is also read as %j', (search, relaxed) => {
    expect(parseSearch(search)?.relaxed).toEqual(relaxed)
  })

  it('knows which words are exact and which excluded', () => {
    expect(parseSearch('rain "heavy drops" -sun -"big moon"')).toMatchObject({
      typed: ['rain', 'heavy', 'drops', 'sun', 'big', 'moon'],
      exact: [false, true, true, true, true, true],
      excluded: [false, false, false, true, true, true],
    })
  })
})

const word = fc.oneof(fc.stringMatching(/^[a-zA-Z]{1,6}$/), fc.constantFrom('or', 'OR', 'w1', 'rain', 'W2'))
const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `"${words.join(' ')}"`)
const term = fc.oneof(word, word, phrase)
const part = fc.oneof(
  term,
  term,
  fc.constant('or'),
  term.map((one) => `-${one}`),
)
const typedSearch = fc
  .tuple(fc.array(part, { maxLength: 5 }), fc.constantFrom('', '', '', ' "', ' " rain'))
  .map(([parts, end]) => parts.join(' ') + end)

describe('the template of any search', () => {
  const Row = z.object({ same: z.boolean(), ours: z.string(), theirs: z.string() })

  it('is the query of websearch_to_tsquery, with its words put back', async () => {
    const property = fc.asyncProperty(typedSearch, async (search) => {
      const query = parseSearch(search)
      fc.pre(query !== undefined && query.typed.length < 8)
      const words = query.template.replaceAll(/w(\d+)/g, (_, n: string) => query.typed[Number(n) - 1] ?? '')
      const { rows } = await database().execute(sql`select ours::text, theirs::text, ours = theirs as same
        from (select websearch_to_tsquery('simple', ${words}) as ours, websearch_to_tsquery('simple', ${search}) as theirs) both_ways`)
      const { ours, theirs } = Row.parse(rows[0])
      expect(ours).toBe(theirs)
    })
    await fc.assert(property, { numRuns: 300 })
  })
})
