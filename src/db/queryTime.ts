/** How long one request has waited for Postgres, told apart from the requests beside it in the isolate. */
import { AsyncLocalStorage } from 'node:async_hooks'

export type QueryTime = { queries: number; ms: number }

const watched = new AsyncLocalStorage<QueryTime>()

/** Runs `work`; every query that it sends, however deep, is added to `time`, those side by side one after the other. */
export async function watchingQueries<Result>(time: QueryTime, work: () => Promise<Result>): Promise<Result> {
  return await watched.run(time, work)
}

/** Measures one query. */
export async function timed<Result>(query: () => Promise<Result>): Promise<Result> {
  const startedMs = Date.now()
  try {
    return await query()
  } finally {
    const time = watched.getStore()
    if (time) {
      time.queries += 1
      time.ms += Date.now() - startedMs
    }
  }
}
