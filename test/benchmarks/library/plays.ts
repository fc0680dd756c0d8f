/** The plays of a generated library in its last 60 days: by Zipf's law over its clips, in a random order of them. */
import { ageOf } from './aged.ts'
import type { Library } from './generator.ts'
import { below, createRandom, createZipfSampler } from './random.ts'

export const playedDays = 60
/** On the average. */
const playsPerClip = 2
const playStream = 2
const dayMs = 86_400_000

export type ClipDay = { date: string; plays: number; listeners: number; repeats: number }
export type ClipPlays = {
  playCount: number
  trend: number
  days: ClipDay[]
  countries: { country: string; plays: number }[]
}

/** Gives the plays of clip n. */
export function createPlays(library: Library): (n: number) => ClipPlays {
  const { clips, skewed, seed } = library
  const rankOf = createRanks(clips)
  const mostPlays = (clips * playsPerClip) / Math.log(clips + 1)
  const lastDay = Math.floor(library.until.getTime() / dayMs)
  return (n) => {
    const random = createRandom(seed, n, playStream)
    const total = Math.round(mostPlays / (rankOf(n) + 1))
    const isUnheard = skewed && ageOf(n, clips) === 'new' && random() < 0.99
    if (total === 0 || isUnheard) return { playCount: 0, trend: 0, days: [], countries: [] }
    const born = Math.floor(library.createdAt(n).getTime() / dayMs)
    const firstDay = Math.max(born, lastDay - playedDays + 1)
    const plays = spread(total, lastDay - firstDay + 1, random)
    const days = plays.flatMap((count, age) => (count === 0 ? [] : [clipDay(firstDay + age, count)]))
    return { playCount: total, trend: trendOf(firstDay, plays), days, countries: countriesOf(total, random) }
  }
}

/** A rank for each clip, each once: multiplication by a number without a common factor is a permutation. */
function createRanks(clips: number): (n: number) => number {
  let factor = Math.max(1, Math.floor(clips * 0.618))
  while (commonFactor(factor, clips) !== 1) factor += 1
  return (n) => (n * factor + (clips >> 1)) % clips
}

function commonFactor(a: number, b: number): number {
  return b === 0 ? a : commonFactor(b, a % b)
}

/** Plays by day. Few plays fall on random days, many on each in random parts. */
function spread(total: number, days: number, random: () => number): number[] {
  const plays = Array.from({ length: days }, () => 0)
  const weights = plays.map(() => 0.5 + random())
  const sum = weights.reduce((a, b) => a + b, 0)
  let rest = total
  if (total > 4 * days) {
    for (const [day, weight] of weights.entries()) {
      plays[day] = Math.floor((total * weight) / sum)
      rest -= plays[day] ?? 0
    }
  }
  for (; rest > 0; rest -= 1) {
    const day = below(random, days)
    plays[day] = (plays[day] ?? 0) + 1
  }
  return plays
}

function clipDay(day: number, plays: number): ClipDay {
  const date = new Date(day * dayMs).toISOString().slice(0, 10)
  return { date, plays, listeners: Math.ceil(plays * 0.8), repeats: Math.floor(plays * 0.1) }
}

const trendEpochDay = Date.UTC(2020, 0, 1) / dayMs

/** Like `recordPlays` in src/db/plays.ts: log2 of the plays, whose weight doubles every three days from 2020 on. */
function trendOf(firstDay: number, plays: number[]): number {
  const latest = plays.findLastIndex((count) => count > 0)
  const sum = plays.reduce((total, count, day) => total + count * 2 ** ((day - latest) / 3), 0)
  return Math.round(((firstDay + latest - trendEpochDay) / 3 + Math.log2(sum)) * 1e6) / 1e6
}

const countries = ['US', 'DE', 'GB', 'FR', 'JP', 'BR', 'CZ', 'IN', 'PL', 'KR', 'TH', 'GR', 'EG', 'CN', 'XX']
const sampleCountry = createZipfSampler(countries.length)

/** A few countries have all plays of a clip. */
function countriesOf(total: number, random: () => number): { country: string; plays: number }[] {
  const shared = new Map<string, number>()
  const parts = Math.min(total, 6)
  for (let part = 0; part < parts; part += 1) {
    const country = countries[sampleCountry(random)] ?? 'XX'
    const plays = Math.floor((total + part) / parts)
    shared.set(country, (shared.get(country) ?? 0) + plays)
  }
  return [...shared].map(([country, plays]) => ({ country, plays }))
}
