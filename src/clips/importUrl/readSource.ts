/** The body of a source: within its time, and whole. */
import { waitAtMost } from '../../http/waitAtMost.ts'
import { importProblem } from './importProblem.ts'
import type { ImportLimits } from './limits.ts'
import type { Source } from './openSource.ts'

/**
 * The bytes as they come. Throws where the source falters; however it ends, also when the reader has had enough, the
 * connection is closed. A body of unknown length that was cut short by closing the connection in an orderly way is
 * not noticed here, as nobody could.
 */
export async function* readSource(
  { body, declaredBytes }: Pick<Source, 'body' | 'declaredBytes'>,
  limits: ImportLimits,
): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  const endsAtMs = Date.now() + limits.bodyMs
  let received = 0
  try {
    for (;;) {
      // Time counts while the source is waited for, not while what has come is stored.
      const waitMs = Math.min(limits.idleMs, endsAtMs - Date.now())
      const reading = reader.read().catch((error: unknown) => Promise.reject(brokenOff(error)))
      const { done, value } = await waitAtMost(waitMs, reading, tooSlow)
      if (done) break
      received += value.byteLength
      yield value
    }
    if (declaredBytes !== undefined && received !== declaredBytes) throw brokenOff()
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function tooSlow() {
  return importProblem('source-failed', 'The source sends too slowly.')
}

function brokenOff(cause?: unknown) {
  return importProblem('source-failed', 'The source broke off before the end.', cause)
}
