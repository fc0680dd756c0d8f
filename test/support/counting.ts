/** Counts what a request costs: operations on R2 (a real bucket, wrapped) and statements sent to Postgres. */
import { withQueries } from './withQueries.ts'
import { wrapBucket } from './wrapBucket.ts'

export type Counts = { r2: string[]; sql: number }

/** The bucket itself, with the name of every operation noted. */
export function countingBucket(bucket: R2Bucket, counts: Counts): R2Bucket {
  return wrapBucket(bucket, async ({ name }, act) => {
    counts.r2.push(name)
    return await act()
  })
}

/** Counts queries while `work` runs: each is one request to the driver's endpoint. */
export async function countingSql<Result>(counts: Counts, work: () => Promise<Result>): Promise<Result> {
  return await withQueries(async (_, send) => {
    counts.sql += 1
    return await send()
  }, work)
}
