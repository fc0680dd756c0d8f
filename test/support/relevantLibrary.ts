/** A generated library in which the clips of the relevance set stand in for some of the generated ones. */
import { createLibrary, type GeneratedClip, type Library } from '../benchmarks/library/generator.ts'
import { targets } from './relevance.ts'

/** The targets lie evenly between old and new. They are public; all else of them is generated. */
export function createRelevantLibrary(clips: number): Library {
  const library = createLibrary({ clips, seed: 1, skewed: false, until: new Date('2026-11-01') })
  const gap = Math.floor(clips / targets.length)
  const clip = (n: number): GeneratedClip => {
    const target = n % gap === 0 ? targets[n / gap] : undefined
    return { ...library.clip(n), ...(target && { ...target, visibility: 'public', ownerId: null }) }
  }
  return { ...library, clip }
}
