/** The body of a source: within its time, and whole. */
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
      const { done, value } = await inTime(reader.read(), Math.min(limits.idleMs, endsAtMs - Date.now()))
      if (done) break
      received += value.byteLength
      yield value
    }
    if (declaredBytes !== undefined && received !== declaredBytes) throw brokenOff()
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** Time counts while the source is waited for, not while what has come is stored. */
async function inTime<Result>(reading: Promise<Result>, waitMs: number): Promise<Result> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(tooSlow()), waitMs)
  try {
    return await Promise.race([
      reading.catch((error: unknown) => Promise.reject(brokenOff(error))),
      late.promise,
    ])
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow() {
  return importProblem('source-failed', 'The source sends too slowly.')
}

function brokenOff(cause?: unknown) {
  return importProblem('source-failed', 'The source broke off before the end.', cause)
}
