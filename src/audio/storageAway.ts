import { Problem } from '../http/problem.ts'

/** Waits for an R2 operation; its failure is a 503, since R2's errors say no more than that it did not work. */
export async function storageAway<Result>(operation: Promise<Result>): Promise<Result> {
  try {
    return await operation
  } catch (error) {
    throw new Problem('storage-away', { cause: error })
  }
}
