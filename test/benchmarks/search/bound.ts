/** Which queries read more than they may, or fail. */
import { explainAll } from './explain.ts'
import { withRecording, type FilledDatabase } from './measureQueries.ts'
import { mostBuffers, type NamedQuery } from './namedQuery.ts'
import { recordStatements } from './recordStatements.ts'

export type Bounds = {
  queries: number
  /** Of any statement, apart from facets. */
  mostBuffers: number
  /** One line for each query that is over its bound, or fails. */
  breaches: string[]
}

/** Runs each query once, and explains its statements. */
export async function checkBounds(filled: FilledDatabase, queries: readonly NamedQuery[]): Promise<Bounds> {
  const { database, library } = filled
  const recording = recordStatements(database)
  const bounds: Bounds = { queries: queries.length, mostBuffers: 0, breaches: [] }
  await withRecording(recording, async (doors) => {
    for (const [n, query] of queries.entries()) {
      const scope = { ...doors, library, known: library.clip(Math.floor((n * 997) % library.clips)) }
      try {
        const before = await query.before?.(scope)
        recording.take()
        await query.run(scope, before)
        const { buffers } = await explainAll(database, recording.take())
        const bound = query.mostBuffers ?? mostBuffers
        if (buffers > bound) bounds.breaches.push(`${buffers} buffers: ${query.name}`)
        if (bound === mostBuffers) bounds.mostBuffers = Math.max(bounds.mostBuffers, buffers)
      } catch (error) {
        bounds.breaches.push(`${String(error)}: ${query.name}`)
      }
    }
  })
  return bounds
}
