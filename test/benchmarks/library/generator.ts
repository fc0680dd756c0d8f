/**
 * A library of N clips that resembles a real one. Clip n follows from the seed and n alone, so any clip can be asked for
 * again: by a test that looks for it, or by a benchmark. Number 0 is the oldest.
 */
import { ageOf, agedNames, withAge } from './aged.ts'
import {
  artistName,
  formatOf,
  genres,
  licenceOf,
  sampleGenre,
  sampleTag,
  tags,
  type Format,
} from './catalogue.ts'
import { below, createRandom, createSampler, createZipfSampler, normal, pick, type Random } from './random.ts'
import { accentedWords, scriptNames, scripts, type ScriptName } from './scripts.ts'
import { englishTitleWord, englishWord, wordOfScript } from './vocabulary.ts'

export type LibraryOptions = {
  clips: number
  seed: number
  /** Some names that only the oldest or only the newest clips have, and new clips almost without plays. */
  skewed: boolean
  /** The newest clip is just older. */
  until: Date
}

export type GeneratedClip = Format & {
  id: string
  ownerId: string | null
  title: string
  description: string | null
  artist: string | null
  genre: string | null
  tags: string[]
  license: string | null
  visibility: 'public' | 'private'
  duration: number | null
  size: number
  sha256: string
  loudness: number
  peak: number
  createdAt: Date
}

export type Library = LibraryOptions & {
  clip: (n: number) => GeneratedClip
  createdAt: (n: number) => Date
}

/** Streams of random numbers; plays have another. */
const clipStream = 1
const years = 3
const dayMs = 86_400_000

export function createLibrary(options: LibraryOptions): Library {
  const sampleArtist = createZipfSampler(Math.max(10, Math.ceil(options.clips / 20)))
  const clip = (n: number) => {
    const random = createRandom(options.seed, n, clipStream)
    const made = makeClip(random, options, n, sampleArtist(random))
    const age = options.skewed ? ageOf(n, options.clips) : undefined
    return age === undefined ? made : withAge(made, agedNames[age], random)
  }
  return { ...options, clip, createdAt: (n) => createdAtOf(options, n) }
}

function makeClip(random: Random, options: LibraryOptions, n: number, artistRank: number): GeneratedClip {
  const script = scriptOf(random)
  const createdAt = createdAtOf(options, n)
  const isPrivate = random() < 0.02
  const format = formatOf(random)
  const duration = durationOf(random)
  // Some people write in another script than their names.
  const artistScript = random() < 0.9 ? script : 'latin'
  return {
    ...format,
    id: uuidv7(createdAt, random),
    ownerId: isPrivate || random() < 0.3 ? ownerId(below(random, isPrivate ? 4 : 40)) : null,
    title: titleOf(random, script),
    description: random() < 0.6 ? textOf(random, script, 5 + below(random, 36)) : null,
    artist: random() < 0.9 ? artistName(options.seed, artistScript, artistRank) : null,
    genre: random() < 0.92 ? (genres[sampleGenre(random)] ?? null) : null,
    tags: tagsOf(random),
    license: licenceOf(random),
    visibility: isPrivate ? 'private' : 'public',
    duration: random() < 0.97 ? duration : null,
    size: Math.ceil((duration * format.bitrate) / 8) + 512,
    sha256: hex(random, 64),
    loudness: round(-16 + 4 * normal(random), 1),
    peak: round(-6 * random(), 1),
    createdAt,
  }
}

const shares = scriptNames.map((name) => scripts[name].share)
const sampleScript = createSampler([...shares, 100 - shares.reduce((sum, share) => sum + share, 0)])
const scriptOf = (random: Random) => scriptNames[sampleScript(random)] ?? 'latin'

/** Uploads grow evenly: half of the time has a quarter of the clips. */
function createdAtOf({ clips, until }: LibraryOptions, n: number): Date {
  const passed = Math.sqrt((n + 0.5) / clips)
  return new Date(Math.floor(until.getTime() - years * 365 * dayMs * (1 - passed)))
}

function titleOf(random: Random, script: ScriptName | 'latin'): string {
  const count = 1 + sampleTitleLength(random)
  if (script !== 'latin')
    return words(count, () => wordOfScript(random, script)).join(scripts[script].separator)
  const title = words(count, () => englishTitleWord(random))
  if (random() < 0.1) title[below(random, count)] = pick(random, accentedWords)
  const capitals = random() < 0.7 ? title.map(capitalised) : [capitalised(title[0] ?? ''), ...title.slice(1)]
  const text = capitals.join(' ')
  return random() < 0.5 ? text : text.replaceAll("'", '’')
}

const sampleTitleLength = createSampler([10, 25, 28, 20, 11, 6])

function textOf(random: Random, script: ScriptName | 'latin', count: number): string {
  if (script !== 'latin')
    return words(count, () => wordOfScript(random, script)).join(scripts[script].separator)
  return `${capitalised(words(count, () => englishWord(random)).join(' '))}.`
}

const words = (count: number, word: () => string) => Array.from({ length: count }, word)
const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

const sampleTagCount = createSampler([8, 14, 20, 20, 14, 10, 7, 4, 3])

function tagsOf(random: Random): string[] {
  const chosen = new Set<string>()
  const count = sampleTagCount(random)
  while (chosen.size < count) chosen.add(tags[sampleTag(random)] ?? '')
  return [...chosen]
}

/** Seconds: log-normal with a median of 20. */
function durationOf(random: Random): number {
  for (;;) {
    const seconds = 20 * Math.exp(1.1 * normal(random))
    if (seconds >= 1 && seconds <= 600) return round(seconds, 2)
  }
}

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits

/** The API key of an owner. Private clips belong to the first four. */
export const ownerId = (owner: number) =>
  `00000000-0000-7000-8000-0000000000${owner.toString(16).padStart(2, '0')}`

function uuidv7(createdAt: Date, random: Random): string {
  const time = createdAt.getTime().toString(16).padStart(12, '0')
  const rest = hex(random, 18)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-a${rest.slice(3, 6)}-${rest.slice(6)}`
}

function hex(random: Random, digits: number): string {
  let text = ''
  while (text.length < digits)
    text += below(random, 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, digits)
}
