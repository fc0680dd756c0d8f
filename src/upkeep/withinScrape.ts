import { waitAtMost } from '../http/waitAtMost.ts'

/** Half of the ten seconds that Prometheus gives a scrape; a query would be given all of them. */
const timeoutMs = 5_000

/** Waits for what a scrape needs no longer than the scrape can wait. */
export async function withinScrape<Result>(work: Promise<Result>): Promise<Result> {
  return await waitAtMost(timeoutMs, work, () => new Error(`no answer in ${timeoutMs} ms`))
}
