/** A query that is measured, and what it may read. */
import type { Database } from '../../../src/db/connection.ts'
import type { GeneratedClip, Library } from '../library/generator.ts'
import type { Ask } from './frontDoor.ts'

export type Scope = {
  ask: Ask
  db: Database
  library: Library
  /** A clip of the library: another one in each variant of a query. */
  known: GeneratedClip
}

/** Pages of 8 kB that a statement may read, whatever is asked of whatever library. */
export const mostBuffers = 5000
export const mostBuffersOfFacets = 15_000

export type NamedQuery = {
  name: string
  /** All that it sends is measured, apart from what `before` sends. */
  run: (scope: Scope, before: unknown) => Promise<unknown>
  before?: (scope: Scope) => Promise<unknown>
  /** The bound of each statement; without it, `mostBuffers`. */
  mostBuffers?: number
}
