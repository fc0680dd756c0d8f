import { describe, expect, it } from 'vitest'
import { agedNames, ageOf } from './aged.ts'
import { tags } from './catalogue.ts'
import { createLibrary, type LibraryOptions } from './generator.ts'
import { createPlays } from './plays.ts'
import { scriptNames } from './scripts.ts'
import { englishWords } from './vocabulary.ts'

const clips = 5000
const base: LibraryOptions = { clips, seed: 1, skewed: false, until: new Date('2026-11-27T00:00:00Z') }
const numbers = Array.from({ length: clips }, (_, n) => n)
const all = (options: Partial<LibraryOptions> = {}) =>
  numbers.map(createLibrary({ ...base, ...options }).clip)
const library = all()

/** How many clips have each value, most first. */
function frequencies(values: (string | null)[]): number[] {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()].toSorted((a, b) => b - a)
}

const shareOf = (matching: unknown[]) => matching.length / clips

describe('a generated library', () => {
  it('is the same for the same seed, in any order of questions, and another for another seed', () => {
    expect(all()).toEqual(library)
    expect(createLibrary(base).clip(4711)).toEqual(library[4711])
    expect(createLibrary({ ...base, seed: 2 }).clip(4711).sha256).not.toBe(library[4711]?.sha256)
  })

  it('has ids and audio that differ, and ids in the order of their times', () => {
    const ids = library.map(({ id }) => id)
    expect(new Set(library.map(({ sha256 }) => sha256)).size).toBe(clips)
    expect(ids.toSorted()).toEqual(ids)
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it.each([
    ['tags', library.flatMap((clip) => clip.tags)],
    ['genres', library.map(({ genre }) => genre)],
    ['artists', library.map(({ artist }) => artist)],
  ])('%s follow the law of Zipf: rank times frequency is about the same', (_, values) => {
    const counts = frequencies(values)
    for (const rank of [2, 4, 8]) {
      const ratio = ((counts[rank - 1] ?? 0) * rank) / (counts[0] ?? 1)
      expect(ratio).toBeGreaterThan(0.6)
      expect(ratio).toBeLessThan(1.5)
    }
  })

  it.each([
    ['titles in other scripts', library.filter(({ title }) => !/\p{Script=Latin}/u.test(title)), 0.15],
    ['private clips', library.filter(({ visibility }) => visibility === 'private'), 0.02],
    ['descriptions', library.filter(({ description }) => description !== null), 0.6],
    ['clips of the last year', library.filter(({ createdAt }) => createdAt >= new Date('2025-11-27')), 5 / 9],
  ])('%s have their share', (_, matching, share) => {
    expect(shareOf(matching)).toBeGreaterThan(share * 0.85)
    expect(shareOf(matching)).toBeLessThan(share * 1.15)
  })

  it('fits the columns', () => {
    for (const clip of library) {
      expect(clip.title).toMatch(/^.{1,200}$/u)
      expect(clip.tags.length).toBeLessThanOrEqual(8)
      expect(new Set(clip.tags).size).toBe(clip.tags.length)
      expect(clip.duration ?? 1).toBeGreaterThanOrEqual(1)
      expect(clip.duration ?? 1).toBeLessThanOrEqual(600)
    }
    expect(new Set(tags).size).toBe(5000)
    expect(Math.max(...tags.map((tag) => tag.length))).toBeLessThanOrEqual(50)
  })

  it('has every script', () => {
    const text = library.map(({ title }) => title).join(' ')
    expect(scriptNames).toHaveLength(8)
    for (const script of ['Han', 'Hira', 'Hang', 'Thai', 'Cyrl', 'Arab', 'Grek', 'Deva', 'Latn']) {
      expect(text).toMatch(new RegExp(`\\p{Script=${script}}`, 'u'))
    }
  })
})

describe('the skewed library', () => {
  const skewed = all({ skewed: true })

  it('has names that only old or only new clips have', () => {
    for (const age of ['old', 'new'] as const) {
      const names = agedNames[age]
      for (const [n, clip] of skewed.entries()) {
        const isOfAge = ageOf(n, clips) === age
        expect(clip.tags.includes(names.tags[0] ?? '')).toBe(isOfAge)
        expect(clip.title.endsWith(names.words[0] ?? '') || clip.title.includes(` ${names.words[0]} `)).toBe(
          isOfAge,
        )
        if (!isOfAge) expect(names.genres).not.toContain(clip.genre)
        if (!isOfAge) expect(names.artists).not.toContain(clip.artist)
      }
      const known = new Set(englishWords.map((word) => word.toLowerCase()))
      for (const word of names.words) expect(known.has(word.toLowerCase())).toBe(false)
      for (const tag of names.tags) expect(tags).not.toContain(tag)
    }
  })

  it('has new clips almost without plays', () => {
    const plays = numbers.map(createPlays(createLibrary({ ...base, skewed: true })))
    const heard = (age: string) =>
      numbers.filter((n) => ageOf(n, clips) === age && (plays[n]?.playCount ?? 0) > 0).length
    expect(heard('new')).toBeLessThan(heard('old') / 10)
  })
})

describe('generated plays', () => {
  const plays = numbers.map(createPlays(createLibrary(base)))

  it('follow the law of Zipf over the clips', () => {
    const counts = plays.map(({ playCount }) => playCount).toSorted((a, b) => b - a)
    for (const rank of [10, 100, 500]) {
      expect(Math.abs((counts[rank - 1] ?? 0) - (counts[0] ?? 0) / rank)).toBeLessThanOrEqual(1)
    }
  })

  it('add up, and fall on the last 60 days, not before the clip is there', () => {
    const sum = (items: { plays: number }[]) => items.reduce((total, item) => total + item.plays, 0)
    for (const [n, { playCount, days, countries }] of plays.entries()) {
      expect(sum(days)).toBe(playCount)
      expect(sum(countries)).toBe(playCount)
      const born = library[n]?.createdAt.toISOString().slice(0, 10) ?? ''
      for (const { date } of days)
        expect(date >= born && date > '2026-09-28' && date <= '2026-11-27').toBe(true)
    }
  })
})
