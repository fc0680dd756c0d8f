/** R2 calls. R2 throws untyped errors, so every failure is a 503 here. */
import { Problem } from './problem.ts'
import { retry, withTimeout } from './retry.ts'

/** For a write: a part is 5 MiB, a copy up to 100 MB. */
const writeTimeoutMs = 60_000
/** For opening a read, and for a deletion. */
export const briefTimeoutMs = 10_000

/** Waits for an R2 operation. Throws `storage-unavailable` if it fails or takes too long. */
export async function awaitStorage<Result>(
  operation: Promise<Result>,
  timeoutMs: number = writeTimeoutMs,
): Promise<Result> {
  try {
    return await withTimeout(timeoutMs, operation, () => new Error('R2 did not answer in time'), cancelBody)
  } catch (error) {
    throw new Problem('storage-unavailable', { cause: error })
  }
}

/** Reads from R2, with retries. Only for reads whose bytes have not been sent on yet. */
export async function retryStorageRead<Result>(read: () => Promise<Result>): Promise<Result> {
  return await retry(async () => await awaitStorage(read(), briefTimeoutMs))
}

/** An unread body holds its connection, and a request has only six. */
function cancelBody(result: unknown): void {
  if (typeof result !== 'object' || result === null || !('body' in result)) return
  if (result.body instanceof ReadableStream) void result.body.cancel().catch(() => {})
}
