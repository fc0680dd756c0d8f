/** Counts what a request costs: operations on R2 (a real bucket, wrapped) and statements sent to Postgres. */

export type Counts = { r2: string[]; sql: number }

/** The bucket itself, with every operation noted by name. */
export function countingBucket(bucket: R2Bucket, counts: Counts): R2Bucket {
  return new Proxy(bucket, {
    get(target, name: keyof R2Bucket) {
      const operation = Reflect.get(target, name)
      if (typeof operation !== 'function') return operation
      return (...args: unknown[]) => {
        counts.r2.push(name)
        return Reflect.apply(operation, target, args)
      }
    },
  })
}

/** Counts queries while `work` runs: each is one request to the driver's endpoint. */
export async function countingSql<Result>(counts: Counts, work: () => Promise<Result>): Promise<Result> {
  const real = globalThis.fetch
  globalThis.fetch = async (...args) => {
    counts.sql += 1
    return await real(...args)
  }
  try {
    return await work()
  } finally {
    globalThis.fetch = real
  }
}
