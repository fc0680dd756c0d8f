/** What clips are filed under: genres, tags, artists, licences, and formats; the most common first. */
import {
  below,
  createRandom,
  createSampler,
  createZipfSampler,
  pick,
  type Random,
  type Sampler,
} from './random.ts'
import { accentedWords, scriptNames, scripts, type ScriptName } from './scripts.ts'
import { englishWords, madeWord, wordOfScript } from './vocabulary.ts'

export const genres: readonly string[] = (
  'ambient|electronic|nature|rock|speech|hip hop|jazz|classical|pop|field recording|folk|techno|house|metal|' +
  'podcast|sound effects|blues|reggae|country|soul|funk|drum and bass|dub|lo-fi|punk|latin|world|gospel|comedy|' +
  'audiobook|news|soundtrack|experimental|trance|disco|opera|chiptune|bossa nova|k-pop|flamenco'
).split('|')
export const sampleGenre = createZipfSampler(genres.length)

const licenceWeights: [licence: string | null, weight: number][] = [
  ['CC0-1.0', 40],
  ['CC-BY-4.0', 22],
  [null, 20],
  ['CC-BY-SA-4.0', 8],
  ['CC-BY-NC-4.0', 6],
  ['CC-BY-NC-SA-4.0', 2],
  ['CC-BY-ND-4.0', 1.5],
  ['LicenseRef-all-rights-reserved', 0.5],
]
const sampleLicence = createSampler(licenceWeights.map(([, weight]) => weight))
export const licenceOf = (random: Random) => licenceWeights[sampleLicence(random)]?.[0] ?? null

export const tagCount = 5000
export const tags: readonly string[] = tagNames()
export const sampleTag = createZipfSampler(tagCount)

function tagNames(): string[] {
  const random = createRandom(5000)
  const names = new Set<string>()
  // From the words that are neither function words nor rare.
  const word = () => (englishWords[150 + below(random, 12_000)] ?? '').toLowerCase()
  while (names.size < tagCount) {
    const kind = random()
    if (kind < 0.7) names.add(word())
    else if (kind < 0.9) names.add(`${word()}-${word()}`)
    else if (kind < 0.95) names.add(pick(random, accentedWords).toLowerCase())
    else names.add(wordOfScript(random, pick(random, scriptNames)))
  }
  return [...names]
}

/** Words that begin with a capital are names, for the most part. */
const names = englishWords.filter((word) => /^[A-Z][a-z]{2,}$/.test(word)).slice(100)

/** The artist of a rank, who writes in a script. */
export function artistName(seed: number, script: ScriptName | 'latin', rank: number): string {
  const random = createRandom(seed, rank, script.length * 31 + script.charCodeAt(0))
  if (script !== 'latin') {
    const { syllables, separator } = scripts[script]
    return [madeWord(random, syllables), madeWord(random, syllables)].join(separator)
  }
  const name = () => (random() < 0.08 ? pick(random, accentedWords) : pick(random, names))
  const kind = random()
  if (kind < 0.65) return `${name()} ${name()}`
  if (kind < 0.85) return `The ${name()} ${pick(random, ensembles)}`
  return kind < 0.95 ? `${name()} & ${name()}` : name()
}

const ensembles = [
  'Band',
  'Trio',
  'Quartet',
  'Orchestra',
  'Sisters',
  'Brothers',
  'Project',
  'Choir',
  'Ensemble',
]

export type Format = {
  contentType: string
  codec: string
  bitrate: number
  sampleRate: number
  channels: number
}

const formats: [format: Format, weight: number][] = [
  [format('audio/mpeg', 'MPEG 1 Layer 3', 192_000, 44_100, 2), 60],
  [format('audio/ogg', 'Opus', 96_000, 48_000, 2), 12],
  [format('audio/mp4', 'AAC', 128_000, 44_100, 2), 12],
  [format('audio/wav', 'PCM', 1_411_200, 44_100, 2), 8],
  [format('audio/flac', 'FLAC', 900_000, 44_100, 2), 8],
]
const sampleFormat: Sampler = createSampler(formats.map(([, weight]) => weight))

function format(
  contentType: string,
  codec: string,
  bitrate: number,
  sampleRate: number,
  channels: number,
): Format {
  return { contentType, codec, bitrate, sampleRate, channels }
}

export function formatOf(random: Random): Format {
  const [chosen] = formats[sampleFormat(random)] ?? formats[0]!
  return chosen
}
