import { watchingQueries } from '../db/queryTime.ts'
import type { Middleware } from '../http/router.ts'

/** Notes how long a request waits for Postgres, as `db` in `Server-Timing`. Nothing is said where it is not asked. */
export const timesQueries: Middleware = async (c, next) => {
  const time = { queries: 0, ms: 0 }
  await watchingQueries(time, next)
  if (time.queries > 0) c.var.waits.push({ name: 'db', ms: time.ms })
}
