/**
 * Waits for `work` no longer than `waitMs`; then throws what `late` makes. The work goes on: what it brings when nobody
 * waits any more is handed to `letGo`.
 */
export async function waitAtMost<Result>(
  waitMs: number,
  work: Promise<Result>,
  late: () => Error,
  letGo: (result: Result) => void = () => {},
): Promise<Result> {
  const patience = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    patience.reject(late())
    work.then(letGo).catch(() => {})
  }, waitMs)
  try {
    return await Promise.race([work, patience.promise])
  } finally {
    clearTimeout(timer)
  }
}
