/** Relevance: each query of the set finds its clip, in a library of many others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clips } from '../../src/db/schema.ts'
import { call, database, emptyLibrary } from '../support/api.ts'
import { insertRow } from '../support/clipRows.ts'
import { queries, targets, type RelevanceQuery } from '../support/relevance.ts'
import { createRelevantLibrary } from '../support/relevantLibrary.ts'

/** Most clips of the library are generated. */
async function fillLibrary(): Promise<void> {
  const library = createRelevantLibrary(3000)
  const isTarget = new Set(targets.map(({ title }) => title))
  const rows = Array.from({ length: library.clips }, (_, n) => ({
    ...library.clip(n),
    playCount: (n * 37) % 1000,
  }))
  const generated = rows.filter(({ title }) => !isTarget.has(title))
  const atOnce = 500
  while (generated.length > 0) await database().insert(clips).values(generated.splice(0, atOnce))
  for (const row of rows) if (isTarget.has(row.title)) await insertRow(database(), row)
}

const Found = z.object({ items: z.array(z.object({ title: z.string() })) })

/** The first three titles. */
async function find(query: string): Promise<string[]> {
  const parameters = new URLSearchParams({ search: query, limit: '3' })
  const response = await call(`/api/clips?${parameters.toString()}`)
  expect(response.status, query).toBe(200)
  return Found.parse(await response.json()).items.map(({ title }) => title)
}

type Answer = RelevanceQuery & { found: string[] }

/** The queries that do not find their clip first, by kind. */
function describeMisses(misses: Answer[]): string {
  const kinds = Object.entries(Object.groupBy(misses, ({ kind }) => kind))
  return kinds
    .map(([kind, answers = []]) => {
      const shown = answers.map(
        ({ query, expected, found }) => `  ${query} → ${found.join(' · ') || 'nothing'} (not ${expected})`,
      )
      return [`${kind}: ${answers.length}`, ...shown].join('\n')
    })
    .join('\n')
}

describe('relevance', () => {
  const answers: Answer[] = []

  beforeAll(async () => {
    await emptyLibrary()
    await fillLibrary()
    for (const query of queries) answers.push({ ...query, found: await find(query.query) })
  }, 300_000)

  afterAll(emptyLibrary)

  it('has at least 95 % of the expected clips in first place', () => {
    const misses = answers.filter(({ expected, found }) => found[0] !== expected)
    const share = 1 - misses.length / answers.length
    expect(share, describeMisses(misses)).toBeGreaterThanOrEqual(0.95)
    // `--silent=false` shows it.
    if (misses.length > 0) console.log(describeMisses(misses))
  })

  it('has the rest in the first three', () => {
    expect(describeMisses(answers.filter(({ expected, found }) => !found.includes(expected)))).toBe('')
  })
})
