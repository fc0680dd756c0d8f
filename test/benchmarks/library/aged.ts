/** The skewed library: names that only its oldest or only its newest clips have. A list by age meets them first or last. */
import type { GeneratedClip } from './generator.ts'
import type { Random } from './random.ts'

/** The oldest and the newest clips that have names of their own. */
const agedShare = 0.05

export type Age = 'old' | 'new'

/** Each name is as common among the clips of its age as `nameShares` says. None is in the vocabulary. */
export type AgedNames = { genres: string[]; tags: string[]; artists: string[]; words: string[] }

export const agedNames: Record<Age, AgedNames> = {
  old: {
    genres: ['wax cylinder', 'wire recording', 'player piano'],
    tags: ['oldest', 'shellacked', 'phonautogram'],
    artists: ['Edmund Oldacre', 'The Attic Gramophones', 'Wilhelmina Dust'],
    words: ['Velloquim', 'Tarnwicket', 'Oldrasque'],
  },
  new: {
    genres: ['hyperglitch', 'slowcore drift', 'neural folk'],
    tags: ['newest', 'freshly-cut', 'preview-build'],
    artists: ['Nova Quillon', 'The Late Arrivals', 'Juno Brandnew'],
    words: ['Zephyrath', 'Neoquarx', 'Brinnovel'],
  },
}

/** The first tag and the first word are on every clip of the age. */
const nameShares = [1, 0.1, 0.01]

export function ageOf(n: number, clips: number): Age | undefined {
  if (n < clips * agedShare) return 'old'
  return n >= clips * (1 - agedShare) ? 'new' : undefined
}

export function withAge(clip: GeneratedClip, names: AgedNames, random: Random): GeneratedClip {
  const chosen = (list: string[]) => list.filter((_, index) => random() < (nameShares[index] ?? 0))
  // A clip has one genre and one artist: half of the clips keep theirs.
  const one = (list: string[], kept: string | null) => (random() < 0.5 ? kept : (chosen(list).at(-1) ?? kept))
  return {
    ...clip,
    title: [clip.title, ...chosen(names.words)].join(' '),
    tags: [...clip.tags, ...chosen(names.tags)],
    genre: one(names.genres, clip.genre),
    artist: one(names.artists, clip.artist),
  }
}
