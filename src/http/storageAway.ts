/** R2's errors, which say no more than that something did not work, and what they mean here. */
import { Problem } from './problem.ts'
import { waitAtMost } from './waitAtMost.ts'

/** How long to wait before each further try of a read, in milliseconds. */
const pausesMs = [50, 200]

/** An R2 operation that takes longer has failed, as far as a request is concerned. A part is 5 MiB, a copy 100 MB. */
const operationTimeoutMs = 60_000

/** A read opens, and a deletion is done, much sooner. */
export const briefTimeoutMs = 10_000

/** Waits for an R2 operation; its failure, or its silence, is a 503. */
export async function storageAway<Result>(
  operation: Promise<Result>,
  timeoutMs: number = operationTimeoutMs,
): Promise<Result> {
  try {
    return await waitAtMost(timeoutMs, operation, () => new Error('R2 did not answer in time'), letGo)
  } catch (error) {
    throw new Problem('storage-away', { cause: error })
  }
}

/** A body that nobody will read holds its connection, of which a request has six. */
function letGo(result: unknown): void {
  if (typeof result !== 'object' || result === null || !('body' in result)) return
  if (result.body instanceof ReadableStream) void result.body.cancel().catch(() => {})
}

/** Reads from R2, again where it fails and nothing has been sent yet; then a 503. */
export async function readRetried<Result>(read: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of pausesMs) {
    try {
      return await storageAway(read(), briefTimeoutMs)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  return await storageAway(read(), briefTimeoutMs)
}
