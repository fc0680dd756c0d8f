/** Retries and timeouts for calls to other services. */

/** The pauses before the second and the third try. */
const pausesMs = [100, 400]

/**
 * Runs `work` up to three times, while it fails in a way that may pass. Throws what the last try threw. `work` must be
 * safe to repeat: a try that failed may still have taken effect.
 */
export async function retry<Result>(
  work: () => Promise<Result>,
  mayPass: (error: unknown) => boolean = () => true,
): Promise<Result> {
  for (const pauseMs of pausesMs) {
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  return await work()
}

/**
 * Waits for `work`, then throws what `timeoutError` makes. The work itself cannot be stopped: a result that comes too
 * late is given to `discard`.
 */
export async function withTimeout<Result>(
  timeoutMs: number,
  work: Promise<Result>,
  timeoutError: () => Error,
  discard: (result: Result) => void = () => {},
): Promise<Result> {
  const timeout = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    timeout.reject(timeoutError())
    work.then(discard).catch(() => {})
  }, timeoutMs)
  try {
    return await Promise.race([work, timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}
