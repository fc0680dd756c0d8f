import { isDatabaseAway } from './connection.ts'

/** How long to wait before each further try, in milliseconds. */
const pausesMs = [100, 400]

/** Runs a statement that may be repeated, again while the database is away. Throws what the last try threw. */
export async function retried<Result>(statement: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of pausesMs) {
    try {
      return await statement()
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  return await statement()
}
